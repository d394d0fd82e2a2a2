/** The operations that the sandbox has, by service. It does not know what they do. */

const EC2_OPERATIONS = [
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
] as const;

const SSM_OPERATIONS = [
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

const S3_OPERATIONS = [
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

const STS_OPERATIONS = ['GetCallerIdentity'] as const;

export type Ec2OperationName = (typeof EC2_OPERATIONS)[number];
export type SsmOperationName = (typeof SSM_OPERATIONS)[number];
export type S3OperationName = (typeof S3_OPERATIONS)[number];

export const OPERATIONS = {
  ec2: EC2_OPERATIONS,
  ssm: SSM_OPERATIONS,
  s3: S3_OPERATIONS,
  sts: STS_OPERATIONS,
} as const;

export type Service = keyof typeof OPERATIONS;
