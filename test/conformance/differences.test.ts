/** The known differences between the sandbox and moto: what each answers, so that an entry fails when either changes. */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { serve } from '../../src/sandbox/serve.ts';
import { onCleanUp, rig } from '../sandbox/rig.ts';
import { type Asked, askedAt } from './difference.ts';
import { ec2Differences } from './differences-ec2.ts';
import { s3Differences } from './differences-s3.ts';
import { ssmDifferences } from './differences-ssm.ts';
import { bucket, startMoto } from './servers.ts';

async function askedSandbox(): Promise<Asked> {
  const { sandbox, step, s3 } = await rig();
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const served = await serve(sandbox, {});
  onCleanUp(() => served.close());
  return closing(askedAt(served.endpoint, step));
}

const askedMoto = async (): Promise<Asked> => closing(askedAt((await startMoto()).endpoint, () => {}));

function closing(asked: Asked): Asked {
  onCleanUp(() => [asked.ec2, asked.ssm, asked.s3].forEach((client) => client.destroy()));
  return asked;
}

for (const one of [...ec2Differences, ...ssmDifferences, ...s3Differences]) {
  describe(`${one.what}: like AWS is ${one.likeAws} (${one.why})`, () => {
    test('the sandbox', async () => {
      expect(await one.ask(await askedSandbox())).toEqual(one.sandbox);
    });

    test('moto', async () => {
      expect(await one.ask(await askedMoto())).toEqual(one.moto);
    });
  });
}
