/** What people read where AWS says no, and what to do about it. */
import { expect, test } from 'vitest';
import type { CloudFailure } from '../../src/core/failure.ts';
import { cloudCure, cloudText } from '../../src/report/cloud-trouble.ts';

const failure = (operation: string, awsCode: string, message: string, resource?: string): CloudFailure => ({
  code: 'cloud',
  awsCode,
  operation,
  message,
  nature: 'refused',
  ...(resource === undefined ? {} : { resource }),
});

const ada = 'arn:aws:iam::111122223333:user/ada';

/** As the services word it. */
test.each([
  [
    'EC2',
    failure(
      'ec2:RunInstances',
      'UnauthorizedOperation',
      `You are not authorized to perform this operation. User: ${ada} is not authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:us-west-2:111122223333:instance/* because no identity-based policy allows the ec2:CreateTags action. Encoded authorization failure message: AbC-123_x`,
    ),
    `ec2:CreateTags is not allowed on arn:aws:ec2:us-west-2:111122223333:instance/* for ${ada}: no identity-based policy allows the ec2:CreateTags action`,
  ],
  [
    'SSM',
    failure(
      'ssm:SendCommand',
      'AccessDeniedException',
      `User: ${ada} is not authorized to perform: ssm:SendCommand on resource: arn:aws:ssm:us-west-2::document/AWS-RunShellScript with an explicit deny in a service control policy`,
    ),
    `ssm:SendCommand is not allowed on arn:aws:ssm:us-west-2::document/AWS-RunShellScript for ${ada}: with an explicit deny in a service control policy`,
  ],
  [
    'S3',
    failure(
      's3:PutObject',
      'AccessDenied',
      `User: ${ada} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::images/amigraph/x" because no identity-based policy allows the s3:PutObject action`,
      's3://images/amigraph/x',
    ),
    `s3:PutObject is not allowed on arn:aws:s3:::images/amigraph/x for ${ada}: no identity-based policy allows the s3:PutObject action`,
  ],
  [
    'a service that does not say of what',
    failure(
      'ec2:StopInstances',
      'UnauthorizedOperation',
      `User: ${ada} is not authorized to perform: ec2:StopInstances`,
    ),
    `ec2:StopInstances is not allowed for ${ada}`,
  ],
  [
    'S3 of another account',
    failure('s3:GetObject', 'AccessDenied', 'Access Denied', 's3://images/x'),
    's3:GetObject is not allowed on s3://images/x: Access Denied',
  ],
])('what is not allowed, as %s says it', (_what, refused, text) => {
  expect(cloudText(refused)).toBe(text);
  expect(cloudCure(refused)).toBe(
    'allow it to whoever runs amigraph: docs/aws-setup.md has the whole policy',
  );
});

test('a bucket that is not there is named', () => {
  const missing = failure(
    's3:GetObject',
    'NoSuchBucket',
    'The specified bucket does not exist',
    's3://images/x',
  );
  expect(cloudText(missing)).toBe(
    's3:GetObject on s3://images/x failed: NoSuchBucket: The specified bucket does not exist',
  );
});

test.each([
  ['ENOTFOUND', 'm', 'is there a network here, is the name of the Region right, and is a proxy needed?'],
  [
    'RequestExpired',
    'm',
    'the credentials are too old, or the clock of this machine is wrong: log in again, look at the clock',
  ],
  [
    'CredentialsProviderError',
    'Token is expired. To refresh this SSO session run aws sso login',
    'log in again (aws sso login) and run it again: a build goes on from where it stopped',
  ],
  [
    'CredentialsProviderError',
    'Could not load credentials from any providers',
    'log in (aws sso login), name a profile (--profile, AWS_PROFILE), or use --provider sandbox',
  ],
  ['InternalError', 'm', undefined],
])('what to do about %s: %s', (code, message, cure) => {
  expect(cloudCure(failure('ec2:DescribeImages', code, message))).toBe(cure);
});
