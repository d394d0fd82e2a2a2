/** The two servers as a program over a network meets them: in real time, each with nothing but an empty bucket. */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { type Clients, makeClients } from '../../src/adapters/aws/clients.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { serve } from '../../src/sandbox/serve.ts';
import { setKeys } from '../contract/cloud.ts';
import { freshFolder, homeRegion as region, onCleanUp } from '../sandbox/rig.ts';
import { motoEndpoint } from './moto-process.ts';
import { mendedMoto } from './moto-wire.ts';

export const bucket = 'bucket';

export interface Server {
  readonly endpoint: string;
  readonly clients: Clients;
}

export async function startMoto(): Promise<Server> {
  const endpoint = await motoEndpoint();
  const answer = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  if (!answer.ok) throw new Error(`moto cannot be emptied: ${answer.status} ${await answer.text()}`);
  return withBucket(endpoint);
}

/** What all of `moto` answers but what it cannot. */
export async function mended({ endpoint }: Server): Promise<string> {
  const served = await serve({ wire: mendedMoto(endpoint) }, {});
  onCleanUp(() => served.close());
  return served.endpoint;
}

export async function startSandbox(): Promise<Server> {
  const opened = await openSandbox({ folder: freshFolder(), speed: Infinity, now: Date.now });
  onCleanUp(() => opened.close());
  const served = await serve(opened, {});
  onCleanUp(() => served.close());
  return withBucket(served.endpoint);
}

async function withBucket(endpoint: string): Promise<Server> {
  setKeys();
  const clients = makeClients({ region, endpoint });
  onCleanUp(() => Object.values(clients).forEach((client) => client.destroy()));
  const CreateBucketConfiguration = { LocationConstraint: region } as const;
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
  return { endpoint, clients };
}
