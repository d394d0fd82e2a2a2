/** A look at what a run has left in the sandbox, through the real AWS clients. */
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  TerminateInstancesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { s3ObjectStore } from '../../src/adapters/aws/object-store.ts';
import { makeClients } from '../../src/adapters/aws/clients.ts';
import { wireHandler } from '../../src/adapters/aws/wire-handler.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';

const region = 'us-west-2';

export interface CloudView {
  /** States of all instances that there are. */
  instances(): Promise<string[]>;
  /** Name to value, of each image of ours. */
  terminateAll(): Promise<void>;
  imageTags(): Promise<Record<string, string>[]>;
  snapshotTags(): Promise<Record<string, string>[]>;
  readonly store: ObjectStore;
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  readonly s3: S3Client;
  /** A SecureString. */
  putParameter(name: string, value: string): Promise<void>;
  /** Has a parameter of the user's own name an image. */
  nameImage(parameter: string, image: string): Promise<void>;
}

export async function lookInto(folder: string, now: () => number = Date.now): Promise<CloudView> {
  const sandbox = await openSandbox({
    folder: `${folder}/.amigraph/sandbox`,
    speed: Number.POSITIVE_INFINITY,
    now,
  });
  onTestFinished(() => sandbox.close());
  const ec2 = new EC2Client({
    region,
    requestHandler: wireHandler(sandbox.wire),
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const clients = makeClients({ region, wire: sandbox.wire });
  return {
    ec2,
    s3: clients.s3,
    ssm: clients.ssm,
    async putParameter(Name, Value) {
      await clients.ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
    },
    async nameImage(Name, Value) {
      await clients.ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
    },
    store: s3ObjectStore(clients, 'amigraph-sandbox'),
    async terminateAll() {
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
      const ids = Reservations.flatMap(({ Instances = [] }) =>
        Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
      );
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }));
    },
    async instances() {
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
      return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name ?? '?'));
    },
    async imageTags() {
      const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
      return Images.map(({ Tags }) => asRecord(Tags));
    },
    async snapshotTags() {
      const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
      return Snapshots.map(({ Tags }) => asRecord(Tags));
    },
  };
}

const asRecord = (
  tags: { Key?: string | undefined; Value?: string | undefined }[] = [],
): Record<string, string> => Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
