import { once } from 'node:events';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { parseFaults } from '../../src/sandbox/faults.ts';
import { bundled, output, start } from './child.ts';
import { defined, freshFolder, rig } from './rig.ts';
import type { Rig } from './rig.ts';

async function counterRig(): Promise<{ at: Rig; program: string }> {
  const at = await rig();
  await at.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  await at.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'counter', Body: '0' }));
  return { at, program: await bundled(new URL('child-increment.ts', import.meta.url), freshFolder()) };
}

async function counter({ s3 }: Rig): Promise<number> {
  const answer = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'counter' }));
  return Number(await defined(answer.Body).transformToString());
}

test('processes that increment by compare-and-swap lose no update', async () => {
  const { at, program } = await counterRig();
  const children = [1, 2, 3, 4].map(() => output(start(program, at.folder, '250')));
  await Promise.all(children);
  expect(await counter(at)).toBe(1000);
});

test('a fault fires as often as its rule says in all processes together', async () => {
  const { at, program } = await counterRig();
  const text = JSON.stringify([
    {
      operation: 's3:PutObject',
      skip: 3,
      times: 7,
      fault: { kind: 'error', code: 'SlowDown', status: 503 },
    },
  ]);
  const rules = parseFaults(text);
  if (!rules.ok) throw new Error(rules.error);
  const children = [1, 2, 3].map(() => output(start(program, at.folder, '40', JSON.stringify(rules.value))));
  const refused = (await Promise.all(children)).map((written) => Number(/refused (\d+)/u.exec(written)?.[1]));
  expect(refused.reduce((a, b) => a + b)).toBe(7);
  expect(await counter(at)).toBe(120);
});

test('a process killed while it writes leaves a sound state', async () => {
  const { at, program } = await counterRig();
  for (let kill = 0; kill < 8; kill += 1) {
    const before = await counter(at);
    const child = start(program, at.folder, '1000000');
    let written = 0;
    const stdout = defined(child.stdout);
    stdout.on('data', (dots: Buffer) => {
      written += dots.length;
      if (written > 40 + kill * 7) child.kill('SIGKILL');
    });
    await once(child, 'close');
    // The kill may fall between the write and the dot that tells of it.
    const after = await counter(at);
    expect(after - before).toBeGreaterThanOrEqual(written);
    const again = await at.again();
    expect(await counter(again)).toBe(after);
    await output(start(program, at.folder, '3'));
    expect(await counter(at)).toBe(after + 3);
  }
}, 30_000);
