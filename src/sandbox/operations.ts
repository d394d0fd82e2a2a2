/** The operations that the sandbox has, by service. It does not know what they do. */

const ec2Operations = [
  'RunInstances',
  'DescribeInstances',
  'StopInstances',
  'TerminateInstances',
  'DescribeInstanceTypes',
  'CreateImage',
  'DescribeImages',
  'DeregisterImage',
  'DisableImage',
  'EnableImage',
  'DescribeSnapshots',
  'DeleteSnapshot',
  'CreateTags',
  'DeleteTags',
  'DescribeTags',
  'DescribeRegions',
  'DescribeSubnets',
  'DescribeRouteTables',
  'DescribeVpcEndpoints',
  'DescribeSecurityGroups',
] as const;

const ssmOperations = [
  'DescribeInstanceInformation',
  'SendCommand',
  'GetCommandInvocation',
  'ListCommandInvocations',
  'ListCommands',
  'CancelCommand',
  'GetParameter',
  'GetParameters',
  'PutParameter',
  'DeleteParameter',
] as const;

const s3Operations = [
  'ListBuckets',
  'CreateBucket',
  'HeadBucket',
  'DeleteBucket',
  'GetBucketLocation',
  'GetBucketVersioning',
  'PutBucketVersioning',
  'GetBucketPolicy',
  'PutBucketPolicy',
  'DeleteBucketPolicy',
  'GetPublicAccessBlock',
  'PutPublicAccessBlock',
  'DeletePublicAccessBlock',
  'GetBucketEncryption',
  'PutBucketEncryption',
  'DeleteBucketEncryption',
  'ListObjectsV2',
  'GetObject',
  'HeadObject',
  'PutObject',
  'CopyObject',
  'DeleteObject',
  'DeleteObjects',
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
] as const;

const stsOperations = ['GetCallerIdentity', 'AssumeRole'] as const;

const quotasOperations = ['GetServiceQuota'] as const;

export type Ec2OperationName = (typeof ec2Operations)[number];
export type SsmOperationName = (typeof ssmOperations)[number];
export type S3OperationName = (typeof s3Operations)[number];

export const operations = {
  ec2: ec2Operations,
  ssm: ssmOperations,
  s3: s3Operations,
  sts: stsOperations,
  servicequotas: quotasOperations,
} as const;

export type Service = keyof typeof operations;
