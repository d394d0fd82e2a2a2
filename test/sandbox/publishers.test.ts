/** A hundred processes that enter their images into one manifest at the same moment: none is lost. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import type { ManifestEntry } from '../../src/cache/manifest.ts';
import { digestOf } from '../../src/core/digest.ts';
import { bundled, output, start } from './child.ts';
import { defined, freshFolder, onCleanUp, rig } from './rig.ts';

const Bucket = 'bucket';
const Key = 'amigraph/manifest/us-west-2.json';

const entryOf = (at: number): ManifestEntry => ({
  template: `packages/p${at}`,
  image: `ami-${at.toString(16).padStart(17, '0')}`,
  buildId: `20261123-0412-abababab-${at.toString(16).padStart(6, '0')}`,
  token: at,
  builtAt: '2026-11-23T04:12:00.000Z',
  durationMs: 600_000 + at,
  builtBy: `ada@laptop${at}`,
});

test('a hundred processes that publish at the same moment lose no image, and none gives up', async () => {
  const at = await rig();
  await at.s3.send(new CreateBucketCommand({ Bucket }));
  const program = await bundled(new URL('child-publish.ts', import.meta.url), freshFolder());
  const all = Array.from({ length: 100 }, (_, index) => ({
    digest: digestOf(`recipe ${index}`),
    entry: entryOf(index),
  }));
  const latency = [{ operation: 's3:*', times: 'always', fault: { kind: 'delay', ms: 10 } }];
  const children = all.map(({ digest, entry }) => {
    const given = [JSON.stringify(entry), JSON.stringify(latency)];
    const child = start(program, at.folder, Bucket, Key, digest, ...given);
    onCleanUp(() => void child.kill('SIGKILL'));
    return child;
  });

  // To start them takes longer than to publish: they wait for each other, so that all are at it at once.
  const first = (child: ChildProcess): Promise<unknown[]> =>
    Promise.race([once(defined(child.stdout), 'data'), once(child, 'exit')]);
  for (const [said] of await Promise.all(children.map(first))) expect(String(said)).toBe('ready\n');
  const outputs = children.map(output);
  for (const child of children) child.kill('SIGUSR2');
  const writes = (await Promise.all(outputs)).map((text) => Number(/^writes (\d+)$/mu.exec(text)?.[1]));

  const { Body } = await at.s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(JSON.parse(await defined(Body).transformToString())).toEqual({
    version: 1,
    images: Object.fromEntries(all.map(({ digest, entry }) => [digest, entry])),
  });
  // They were in each other's way, and yet far from giving up.
  expect(writes.reduce((a, b) => a + b)).toBeGreaterThan(100);
  expect(Math.max(...writes)).toBeLessThanOrEqual(60);
}, 120_000);
