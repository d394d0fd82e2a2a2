import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { openSandbox, resetSandbox, SandboxUnavailable } from '../../src/sandbox/sandbox.ts';
import { openStore } from '../../src/sandbox/store.ts';
import { defined, failureOf, freshFolder, imageOf, launchOnline, rig, stateOf } from './rig.ts';

const open = (folder: string): Promise<unknown> => openSandbox({ folder, speed: 1, now: () => 0 });

async function reasonFor(folder: string): Promise<string> {
  const error = await failureOf(open(folder));
  expect(error).toBeInstanceOf(SandboxUnavailable);
  expect(error).toMatchObject({ folder });
  return error.message;
}

test('everything is there after a reopening', async () => {
  const at = await rig();
  const id = await launchOnline(at);
  const image = await imageOf(at, id, 'kept');
  await at.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  await at.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'key', Body: 'kept' }));
  await at.sandbox.close();
  const again = await at.again();
  expect(await stateOf(again, id)).toBe('running');
  await launchOnline(again, { ImageId: image });
  const { Body } = await again.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'key' }));
  expect(await defined(Body).transformToString()).toBe('kept');
});

test('two sandboxes of one process on one folder see each other, and closing one leaves the other', async () => {
  const at = await rig();
  const other = await at.again();
  const id = await launchOnline(other);
  expect(await stateOf(at, id)).toBe('running');
  await other.sandbox.close();
  expect(await stateOf(at, id)).toBe('running');
});

describe('a folder that cannot be used', () => {
  test('it cannot be made', async () => {
    expect(await reasonFor('/proc/no/such/folder')).toMatch(/cannot be written.*AMIGRAPH_SANDBOX_DIR/u);
    const file = join(freshFolder(), 'file');
    writeFileSync(file, '');
    expect(await reasonFor(file)).toMatch(/cannot be written/u);
  });

  test.each([
    ['is something else', (file: string) => writeFileSync(file, 'nonsense'.repeat(5000))],
    ['lost its end', (file: string) => truncateSync(file, 12_000)],
    ['lost nearly all', (file: string) => truncateSync(file, 100)],
  ])('its state %s', async (_, damage) => {
    const at = await rig();
    for (let index = 0; index < 30; index += 1) {
      await at.s3.send(new CreateBucketCommand({ Bucket: `bucket-${index}` }));
    }
    await at.sandbox.close();
    damage(join(at.folder, 'state', 'data.mdb'));
    expect(await reasonFor(at.folder)).toMatch(/is damaged.*sandbox reset/u);
  });

  test('its state is a folder', async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, 'state', 'data.mdb'), { recursive: true });
    expect(await reasonFor(folder)).toMatch(/is damaged.*sandbox reset/u);
  });

  test('its state is of a newer version', async () => {
    const folder = freshFolder();
    const store = await openStore(folder);
    store.transact(() => store.tables.counters.put(['state version'], 2));
    await store.close();
    expect(await reasonFor(folder)).toMatch(/has version 2.*knows version 1/u);
  });
});

describe('reset', () => {
  test('it removes what a sandbox made, and nothing else', async () => {
    const at = await rig();
    await launchOnline(at);
    await at.sandbox.close();
    mkdirSync(join(at.folder, 'instances', 'i-1'), { recursive: true });
    await resetSandbox(at.folder);
    expect(existsSync(join(at.folder, 'state'))).toBe(false);
    expect(existsSync(join(at.folder, 'instances'))).toBe(false);
    await resetSandbox(at.folder);
    await resetSandbox(join(at.folder, 'never'));
  });

  test("it refuses a folder that is not a sandbox's", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'thesis.txt'), '');
    expect((await failureOf(resetSandbox(folder))).message).toContain('thesis.txt');
    expect(existsSync(join(folder, 'thesis.txt'))).toBe(true);
    expect((await failureOf(resetSandbox(join(folder, 'thesis.txt')))).message).toContain('not a folder');
  });
});
