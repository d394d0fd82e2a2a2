/** One lease that thirty processes want at once, over HTTP: one holder at any time, and each has its turn. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { parseLease } from '../../src/cache/lease-body.ts';
import { s3ObjectStore } from '../../src/adapters/aws/object-store.ts';
import { done } from '../contract/cloud.ts';
import { bundled } from '../sandbox/child.ts';
import { freshFolder } from '../sandbox/rig.ts';
import { bucket, startMoto, startSandbox } from './servers.ts';

const contenders = 30;

interface Turn {
  readonly name: string;
  readonly token: number;
  readonly looks: number;
}

/** It is loaded when it writes, and begins when its standard input ends. */
function start(program: string, ...args: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test.each([
  ['moto', startMoto],
  ['the sandbox', startSandbox],
])('30 processes want one lease on %s', { timeout: 120_000 }, async (_, startServer) => {
  const { endpoint, clients } = await startServer();
  const folder = freshFolder();
  const program = await bundled(new URL('child-lease.ts', import.meta.url), folder);
  const names = Array.from({ length: contenders }, (__, at) => `p${at}`);
  const children = names.map((name) => start(program, endpoint, folder, name));
  await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
  // Each ends with an error where it meets another holder, or loses what it holds.
  const ended = children.map(async (child) => {
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
  await Promise.all(ended);
  const text = await readFile(join(folder, 'turns'), 'utf8');
  const turns = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Turn);
  expect(turns.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(turns.map(({ token }) => token)).toEqual(names.map((__, at) => at + 1));
  // They did contend: most of them met a holder.
  expect(turns.filter(({ looks }) => looks > 0).length).toBeGreaterThan(contenders / 2);
  const stored = done(await s3ObjectStore(clients, bucket).get('leases/one.json'));
  expect(parseLease(stored?.text ?? null)).toMatchObject({ state: 'free', token: contenders });
});
