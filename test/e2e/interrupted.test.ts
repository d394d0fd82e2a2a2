/** Ctrl-C before anything was begun. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { makeWorkspace } from './rig.ts';

/** An AWS that takes requests and never answers. */
async function silentCloud() {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AMIGRAPH_BUCKET: 'bucket',
    AMIGRAPH_PROVIDER: 'aws',
  };
  return { env, asked: once(server, 'request') };
}

test.each([['SIGINT'], ['SIGTERM']] as const)(
  'build, %s while it plans: exit code 130 at once, although a service does not answer',
  async (signal) => {
    const workspace = await makeWorkspace();
    const cloud = await silentCloud();
    const run = workspace.start(['build', '--all', '--json'], cloud.env);
    await cloud.asked;
    run.child.kill(signal);
    expect(await run.ended).toEqual({ code: 130, stdout: '', stderr: 'interrupted: nothing was begun\n' });
  },
);

test('list, SIGINT: the signal ends it, as it ends any program', async () => {
  const workspace = await makeWorkspace();
  const cloud = await silentCloud();
  const run = workspace.start(['list'], cloud.env);
  await cloud.asked;
  run.child.kill('SIGINT');
  expect(await run.ended).toEqual({ code: null, stdout: '', stderr: '' });
  expect(run.child.signalCode).toBe('SIGINT');
});

test('build, SIGINT while amifile.ts is run: the signal ends it, though the code would never let go', async () => {
  const workspace = await makeWorkspace({
    'amifile.ts': "console.log('begun');\nfor (;;);\nexport default {};\n",
  });
  const run = workspace.start(['build', '--all']);
  if (run.child.stderr === null) throw new Error('no stderr');
  await once(run.child.stderr, 'data');
  run.child.kill('SIGINT');
  expect(await run.ended).toEqual({ code: null, stdout: '', stderr: 'begun\n' });
  expect(run.child.signalCode).toBe('SIGINT');
});
