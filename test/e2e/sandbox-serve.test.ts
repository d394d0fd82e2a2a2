/** The sandbox as other programs use it, and its end: ports, Regions over loopback, a reset under whoever uses it. */
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { events, finished, makeWorkspace, type Workspace } from './rig.ts';

interface Serving {
  readonly endpoint: string;
  readonly running: ReturnType<Workspace['start']>;
}

async function serve(workspace: Workspace): Promise<Serving> {
  const running = workspace.start(['sandbox', 'serve']);
  const { endpoint } = JSON.parse(await running.line(() => true)) as { endpoint: string };
  return { endpoint, running };
}

describe('the port of sandbox serve', () => {
  const free = 'without --port, any free one is taken';

  test('in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const workspace = await makeWorkspace();
    expect(await workspace.run(['sandbox', 'serve', '--port', port])).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: --port ${port} is in use by another program\n  cure: choose another one; ${free}\n`,
    });
  });

  test.each(['70000', 'abc', '1e3', '-1', ''])('%j is none', async (port) => {
    const workspace = await makeWorkspace();
    expect(await workspace.run(['sandbox', 'serve', `--port=${port}`])).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: --port ${port} is not a port\n  cure: it is a number from 1 to 65535; ${free}\n`,
    });
  });
});

test('over loopback too, a bucket is found in another Region', async () => {
  const workspace = await makeWorkspace();
  const { endpoint } = await serve(workspace);
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AMIGRAPH_BUCKET: 'amigraph-sandbox',
  };
  for (const result of ['built', 'reused']) {
    const args = ['build', 'namd', '--provider', 'aws', '--region', 'eu-west-1', '--json'];
    expect(finished(await workspace.run(args, env))[result]).toContain('namd');
  }
});

describe('reset', () => {
  const removed = (sandbox: string): string =>
    `the sandbox in ${sandbox} cannot be used: its state was removed while this program used it. Start this program again: it begins with an empty sandbox.`;

  test('of nothing', async () => {
    const workspace = await makeWorkspace();
    expect(await workspace.run(['sandbox', 'reset'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `there is no sandbox in ${workspace.folder}/.amigraph/sandbox, and nothing to remove\n`,
    });
  });

  test('is refused while a build runs; a build whose state is removed all the same ends and says so', async () => {
    const workspace = await makeWorkspace();
    const sandbox = join(workspace.folder, '.amigraph/sandbox');
    // So slow that it is still at its first steps, however long the reset takes to start.
    const build = workspace.start(['build', 'namd', '--json'], { AMIGRAPH_SANDBOX_SPEED: '5' });
    await build.line((line) => line.includes('"step-started"'));
    expect(await workspace.run(['sandbox', 'reset'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: the sandbox in ${sandbox} cannot be removed: it is in use by amigraph build namd --json (process ${build.child.pid}). Nothing was removed. Let it end, or interrupt it, and reset the sandbox then.\n`,
    });
    await rm(sandbox, { recursive: true });
    const ran = await build.ended;
    expect(ran.code).toBe(1);
    expect(finished(ran)).toMatchObject({ built: [], failed: ['foundation'], skipped: ['namd'] });
    // Which call met it first, a look at the instance or a renewal of the lease, is chance.
    const ended = events(ran).find(({ type }) => type === 'image-finished');
    expect(JSON.stringify(ended)).toContain(removed(sandbox));
    expect(ran.stderr).not.toMatch(/^ +at /m);
    expect((await workspace.run(['build', 'namd'])).code).toBe(0);
  });

  test('is refused while it is served; a server whose state is removed all the same ends and says so', async () => {
    const workspace = await makeWorkspace();
    const sandbox = join(workspace.folder, '.amigraph/sandbox');
    const { endpoint, running } = await serve(workspace);
    expect(await workspace.run(['sandbox', 'reset'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: the sandbox in ${sandbox} cannot be removed: it is in use by amigraph sandbox serve (process ${running.child.pid}). Nothing was removed. Let it end, or interrupt it, and reset the sandbox then.\n`,
    });
    expect((await fetch(`${endpoint}/amigraph-sandbox?list-type=2`)).status).toBe(200);
    await rm(sandbox, { recursive: true });
    const answer = await fetch(`${endpoint}/amigraph-sandbox?list-type=2`).catch(() => undefined);
    expect(answer?.status ?? 400).toBe(400);
    expect(await running.ended).toMatchObject({ code: 2, stderr: `error: ${removed(sandbox)}\n` });
  });

  test('takes no notice of what was killed', async () => {
    const workspace = await makeWorkspace();
    const sandbox = join(workspace.folder, '.amigraph/sandbox');
    const { running } = await serve(workspace);
    running.child.kill('SIGKILL');
    await running.ended;
    expect(await readdir(join(sandbox, 'users'))).toHaveLength(1);
    expect(await workspace.run(['sandbox', 'reset'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `the sandbox in ${sandbox} is empty\n`,
    });
    expect(await readdir(sandbox)).toEqual([]);
  });
});

test('the address of a single service wins over that of all', async () => {
  const workspace = await makeWorkspace();
  const { endpoint } = await serve(workspace);
  const env = {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_EC2: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_SSM: endpoint,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AMIGRAPH_BUCKET: 'amigraph-sandbox',
  };
  const run = await workspace.run(['build', 'namd', '--provider', 'aws', '--json'], env);
  expect(finished(run)['built']).toContain('namd');
});
