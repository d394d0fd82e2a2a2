/** What the check-up says of facts that the sandbox does not have. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fail, ok } from '../../src/core/result.ts';
import type { SubnetView } from '../../src/ports/account.ts';
import { type Check, checkSummary, checkText, checkView } from '../../src/report/check.ts';
import { encryptionCheck, bucketCheck, refusesPlainHttp } from '../../src/report/check-bucket.ts';
import { regionCheck } from '../../src/report/check-caller.ts';
import { quotaCheck } from '../../src/report/check-launch.ts';
import { nodeCheck } from '../../src/report/check-machine.ts';
import { reachCheck, subnetCheck } from '../../src/report/check-network.ts';

const plain = (text: string): string => text;
const style = { good: plain, bad: plain, warn: plain, dim: plain, strong: plain };

const said = ({ result, says, cure }: Check): string =>
  `${result}: ${says}${cure === undefined ? '' : ` [${cure}]`}`;

describe('plain HTTP', () => {
  const deny = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  const refuses = (...statements: object[]): boolean =>
    refusesPlainHttp(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'b');

  test.each([
    deny,
    { ...deny, Principal: { AWS: '*' } },
    { ...deny, Action: ['s3:*'] },
    { ...deny, Resource: '*' },
    { ...deny, Resource: 'arn:aws-cn:s3:::b/*' },
    { ...deny, Condition: { Bool: { 'aws:securetransport': false } } },
  ])('is refused by %j', (statement) => {
    expect(refuses({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject' }, statement)).toBe(true);
    expect(refusesPlainHttp(JSON.stringify({ Statement: statement }), 'b')).toBe(true);
  });

  test.each([
    { ...deny, Effect: 'Allow' },
    { ...deny, Principal: { AWS: 'arn:aws:iam::000000000000:user/a' } },
    { ...deny, Action: 's3:PutObject' },
    { ...deny, Resource: 'arn:aws:s3:::b' },
    { ...deny, Resource: 'arn:aws:s3:::b/logs/*' },
    { ...deny, Resource: 'arn:aws:s3:::other/*' },
    { ...deny, Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
    { ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false', 'aws:ViaAWSService': 'false' } } },
    { ...deny, Condition: { ...deny.Condition, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
    { ...deny, Condition: undefined },
  ])('is not refused by %j', (statement) => {
    expect(refuses(statement)).toBe(false);
  });

  test('is not refused by what is no policy, and none breaks the check', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (policy) => !refusesPlainHttp(policy, 'b')));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.jsonValue(), fc.constant(null))),
        (Statement) => !refusesPlainHttp(JSON.stringify({ Statement }), 'b'),
      ),
    );
  });
});

test('a Region that is not enabled', () => {
  expect(said(regionCheck('eu-south-2', ok('disabled')))).toBe(
    'failed: eu-south-2 is not enabled for the account [enable it (aws account enable-region --region-name eu-south-2), or set region to another one]',
  );
});

test('a bucket in another Region, and one without encryption', () => {
  expect(said(bucketCheck('b', 'eu-west-1', ok('us-east-1')))).toBe(
    'ok: b in us-east-1, which serves eu-west-1 too',
  );
  expect(said(encryptionCheck(ok('none')))).toBe(
    'warning: none by default [set it (docs/aws-setup.yaml makes such a bucket)]',
  );
});

test('subnets: none by default, full, behind a gateway of its own', () => {
  const subnet: SubnetView = {
    id: 'subnet-1',
    vpc: 'vpc-1',
    zone: 'us-west-2a',
    freeAddresses: 0,
    wayOut: 'elsewhere',
    publicAddresses: false,
    endpoints: ['ssm'],
  };
  expect(said(subnetCheck(undefined, ok(undefined)))).toBe(
    'failed: none is set, and the Region has no default VPC to take one from [set builder.subnet to one of yours]',
  );
  expect(said(subnetCheck('subnet-1', ok(subnet)))).toBe(
    'warning: subnet-1 in us-west-2a, vpc-1, has no free address [free some, or set builder.subnet to another one]',
  );
  expect(said(reachCheck(ok(subnet)))).toBe(
    'ok: from subnet-1 through a gateway of your own, as far as can be seen',
  );
  expect(said(reachCheck(ok({ ...subnet, wayOut: 'none' })))).toBe(
    'warning: nothing leads out of subnet-1: no NAT gateway, no internet gateway, no endpoint of ssmmessages, ec2messages, s3 [give vpc-1 endpoints of ssmmessages, ec2messages, s3, or the subnet a route to a NAT gateway: see docs/aws-setup.md]',
  );
});

test('a quota that is too small for a single build', () => {
  const wanted = { type: 'c6a.4xlarge', spot: false, concurrency: 10 };
  const type = ok({ threads: 16, architectures: ['x86_64'] });
  expect(said(quotaCheck(wanted, type, ok(5)))).toBe(
    'failed: 10 builds at a time need 160 vCPUs; 5 are allowed on demand, for all that runs in the Region [ask for more (Service Quotas, Amazon EC2, L-1216C47A)]',
  );
  for (const own of ['p5.48xlarge', 'hpc7a.96xlarge', 'g5.xlarge', 'inf2.xlarge', 'u-6tb1.metal'])
    expect(quotaCheck({ ...wanted, type: own }, type, ok(5)).result).toBe('unknown');
  for (const shared of ['m7g.large', 'im4gn.large', 't3.micro', 'z1d.large'])
    expect(quotaCheck({ ...wanted, type: shared }, type, ok(160)).result).toBe('ok');
});

test.each([
  ['20.19.0', 'ok'],
  ['22.1.0', 'ok'],
  ['20.18.3', 'failed'],
  ['18.20.8', 'failed'],
])('Node %s: %s', (version, result) => {
  expect(nodeCheck(version, '>=20.19').result).toBe(result);
});

test('a Node that is too old', () => {
  expect(said(nodeCheck('18.20.8', '>=20.19'))).toBe(
    'failed: 18.20.8 is too old [install Node 20.19 or newer]',
  );
});

test('what AWS says steers no terminal, and takes one line', () => {
  const error = {
    code: 'cloud',
    awsCode: 'Odd',
    operation: 'ec2:X',
    message: 'a\u001B[31m\nb',
    nature: 'refused',
  } as const;
  const check = regionCheck('us-west-2', fail(error));
  expect(checkText(check, style)).toBe('failed   Region                ec2:X failed: Odd: a[31m b\n');
  expect(checkView(check)).toEqual({
    what: 'Region',
    result: 'failed',
    says: 'ec2:X failed: Odd: a[31m\nb',
    cure: null,
  });
});

test('the last line counts', () => {
  const as = (result: Check['result']): Check => ({ what: 'a', result, says: 'b' });
  expect(checkSummary([as('ok'), as('ok')])).toBe('2 checks: all is well\n');
  expect(checkSummary([as('failed'), as('warning'), as('unknown'), as('unknown'), as('ok')])).toBe(
    '5 checks: 1 failed, 1 warning, 2 unknown\n',
  );
});
