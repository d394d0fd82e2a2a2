/** moto as a cloud for the contracts: a server by other people, with their reading of what AWS does. */
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { type CloudKind, connected } from '../contract/cloud.ts';
import { bucket, mended, startMoto } from './servers.ts';

/** What it lacks, differences.test.ts shows. */
export const moto: CloudKind = {
  name: 'moto',
  abilities: new Set(),
  async make() {
    const server = await startMoto();
    const { endpoint, clients } = server;
    return {
      ...connected({ endpoint }, bucket),
      // What images are made with is mended; what they are looked at with is moto's own.
      builder: connected({ endpoint: await mended(server) }, bucket).builder,
      now: Date.now,
      step: () => {},
      withoutBucket: () => connected({ endpoint }, 'no-such-bucket'),
      async putParameter(Name, Value) {
        await clients.ssm.send(new PutParameterCommand({ Name, Value, Type: 'String' }));
      },
    };
  },
};
