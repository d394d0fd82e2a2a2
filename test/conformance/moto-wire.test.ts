/** What moto has not, as it is answered for it. */
import { ListCommandInvocationsCommand } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { makeClients } from '../../src/adapters/aws/clients.ts';
import { instanceId } from '../../src/core/ids.ts';
import { baseImage, connected, done, launchOf } from '../contract/cloud.ts';
import { homeRegion as region, onCleanUp } from '../sandbox/rig.ts';
import { bucket, mended, startMoto } from './servers.ts';

const unknown = instanceId('i-00000000000000000');

async function rig() {
  const endpoint = await mended(await startMoto());
  const { ssm } = makeClients({ region, endpoint });
  onCleanUp(() => ssm.destroy());
  const connection = connected({ endpoint }, bucket);
  const launch = async (token: string) =>
    done(await connection.builder.launch(launchOf(await baseImage(connection), token)));
  return { ...connection, ssm, launch };
}

test('an agent is online where an instance runs', async () => {
  const { builder, launch } = await rig();
  const [runs, stands] = [await launch('a'), await launch('b')];
  done(await builder.stop(stands));
  expect(done(await builder.online([runs, stands, unknown]))).toEqual(new Set([runs]));
  expect(done(await builder.online([stands]))).toEqual(new Set());
});

test('a command has its invocation, and may be cancelled when it has ended', async () => {
  const { builder, launch, ssm } = await rig();
  const instance = await launch('a');
  const request = { instance, comment: 'b 1/1 x', lines: ['true'], timeoutSeconds: 60, logPrefix: 'logs' };
  const CommandId = done(await builder.send(request));
  const list = async (InstanceId: string) =>
    (await ssm.send(new ListCommandInvocationsCommand({ CommandId, InstanceId }))).CommandInvocations;
  expect(await list(instance)).toMatchObject([
    { CommandId, InstanceId: instance, Comment: 'b 1/1 x', Status: 'Success' },
  ]);
  expect(await list(unknown)).toEqual([]);
  done(await builder.cancel(CommandId));
  expect(done(await builder.commands([CommandId])).get(CommandId)).toBe('done');
});

test('an image is made with its own tags where its snapshots are to have some too', async () => {
  const { builder, launch, registry } = await rig();
  const tags = { ManagedBy: 'amigraph', BuildId: 'a & b' };
  const id = done(
    await builder.createImage({ instance: await launch('a'), name: 'one', description: 'd', tags }),
  );
  expect(done(await registry.describe([id]))).toMatchObject([{ id, name: 'one', tags }]);
});
