import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { parseFaults } from '../../src/sandbox/faults.ts';
import { serve } from '../../src/sandbox/serve.ts';
import { defined, errorOf, failureOf, onCleanUp, homeRegion, rig } from './rig.ts';
import type { Clients, Rig } from './rig.ts';

async function served(at: Rig): Promise<Clients & { endpoint: string }> {
  const server = await serve(at.sandbox, {});
  onCleanUp(() => server.close());
  const { endpoint } = server;
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  const common = { region: homeRegion, endpoint, credentials, maxAttempts: 1 };
  return {
    endpoint,
    ec2: new EC2Client(common),
    ssm: new SSMClient(common),
    s3: new S3Client({ ...common, forcePathStyle: true }),
  };
}

/** What the server answers to these bytes, until it closes. */
async function raw(endpoint: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.end(bytes);
  return text(socket).catch(() => '');
}

test('the SDK speaks to it over loopback', async () => {
  const at = await rig();
  const { ec2, ssm, s3, endpoint } = await served(at);
  expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
  const Name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  await ec2.send(
    new RunInstancesCommand({
      ImageId: Parameter?.Value,
      InstanceType: 'c6a.large',
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  at.step(5000);
  expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toHaveLength(1);
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  const Body = Buffer.alloc(20 * 2 ** 20, 'x');
  await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'a/b c', Body }));
  const answer = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a/b c' }));
  expect(Body.equals(await defined(answer.Body).transformToByteArray())).toBe(true);
  expect(await errorOf(s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'x' })))).toBe('NoSuchKey');
});

test('a reset breaks the connection', async () => {
  const parsed = parseFaults('[{"operation":"ec2:*","fault":{"kind":"reset-after"}}]');
  const { ec2 } = await served(await rig({ faults: parsed.ok ? parsed.value : [] }));
  expect(await failureOf(ec2.send(new DescribeInstancesCommand({})))).toMatchObject({ code: 'ECONNRESET' });
  await ec2.send(new DescribeInstancesCommand({}));
});

test('malformed requests are answered, and the server goes on', async () => {
  const { ec2, endpoint } = await served(await rig());
  expect(await raw(endpoint, 'nonsense\r\n\r\n')).toContain('400 Bad Request');
  expect(await raw(endpoint, 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain(
    'InvalidURI',
  );
  expect(
    await raw(endpoint, 'PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort'),
  ).not.toContain('200 OK');
  const post = async (headers: Record<string, string>, body: string): Promise<string> =>
    (await fetch(endpoint, { method: 'POST', headers, body })).text();
  const ssm = { 'x-amz-target': 'AmazonSSM.GetParameter', 'content-type': 'application/x-amz-json-1.1' };
  expect(await post(ssm, '{')).toContain('SerializationException');
  expect(await post(ssm, '{"Name":1}')).toContain('SerializationException');
  expect(await post({ 'x-amz-target': 'AmazonSSM.CreateDocument' }, '{}')).toMatch(
    /UnknownOperationException.*CreateDocument/u,
  );
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(await post(form, 'Action=MakeCoffee')).toMatch(/InvalidAction.*MakeCoffee/u);
  expect(await post(form, 'Action=RunInstances&MinCount=x&MaxCount=1&ImageId=ami-1')).toContain(
    'InvalidAMIID.Malformed',
  );
  expect(await post(form, 'Action=GetCallerIdentity')).toContain('<Account>000000000000</Account>');
  const chunked = { 'content-encoding': 'aws-chunked' };
  const put = await fetch(`${endpoint}/bucket/key`, { method: 'PUT', headers: chunked, body: 'zz' });
  expect(await put.text()).toContain('IncompleteBody');
  const lacking = await fetch(`${endpoint}/bucket/key?acl`);
  expect([lacking.status, await lacking.text()]).toEqual([
    501,
    expect.stringMatching(/NotImplemented.*GET object\?acl/u),
  ]);
  await ec2.send(new DescribeInstancesCommand({}));
});
