import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { constants } from 'node:os';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { open as lmdb } from 'lmdb';
import { describe, expect, test } from 'vitest';
import { resetSandbox } from '../../src/sandbox/reset.ts';
import { openSandbox, SandboxUnavailable } from '../../src/sandbox/sandbox.ts';
import { checkStateFile } from '../../src/sandbox/state-file.ts';
import { openStore } from '../../src/sandbox/store.ts';
import { defined, errorOf, failureOf, freshFolder, imageOf, launchOnline, rig, stateOf } from './rig.ts';

async function open(folder: string): Promise<void> {
  const sandbox = await openSandbox({ folder, speed: 1, now: () => 0 });
  await sandbox.close();
}

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

/** Everything but the two pages at its head. */
function overwrite(file: string, byte: (at: number) => number): void {
  const head = 2 * 4096;
  const descriptor = openSync(file, 'r+');
  writeSync(
    descriptor,
    Buffer.from(Array.from({ length: statSync(file).size - head }, (_, at) => byte(at))),
    0,
    undefined,
    head,
  );
  closeSync(descriptor);
}

const another = (choose = 'choose'): string =>
  `${choose} another folder with AMIGRAPH_SANDBOX_DIR or the option sandbox.folder.`;
const reset = `Remove it with \`amigraph sandbox reset\`, or ${another()}`;

describe('a folder that cannot be used', () => {
  test('it cannot be made', async () => {
    expect(await reasonFor('/proc/no/such/folder')).toBe(
      "the sandbox in /proc/no/such/folder cannot be used: the folder cannot be written (ENOENT: no such file or directory, mkdir '/proc/no'). Choose another folder with AMIGRAPH_SANDBOX_DIR or the option sandbox.folder.",
    );
    const folder = join(freshFolder(), 'x'.repeat(300));
    expect(await reasonFor(folder)).toBe(
      `the sandbox in ${folder} cannot be used: the folder cannot be written (ENAMETOOLONG: name too long, stat '${folder}/state'). ${another('Choose')}`,
    );
  });

  test.each([
    ['a file', (at: string) => writeFileSync(at, ''), 'not a folder'],
    [
      'a link to nothing',
      (at: string) => symlinkSync('nowhere', at),
      'a link to nowhere, which does not exist',
    ],
    [
      'a link to a device',
      (at: string) => symlinkSync('/dev/null', at),
      'a link to /dev/null, which is not a folder',
    ],
    ['a link to itself', (at: string) => symlinkSync(at, at), 'a link that leads back to itself'],
  ])('a part of its path is %s', async (_, make, is) => {
    const part = join(freshFolder(), 'part');
    make(part);
    for (const folder of [part, join(part, 'sandbox')]) {
      const reason = `${part} is ${is}. ${another('Choose')}`;
      expect(await reasonFor(folder)).toBe(`the sandbox in ${folder} cannot be used: ${reason}`);
    }
  });

  test.runIf(process.getuid?.() !== 0)("its state is somebody else's", async () => {
    const at = await rig();
    await at.sandbox.close();
    for (const file of ['data.mdb', 'lock.mdb']) {
      const path = join(at.folder, 'state', file);
      chmodSync(path, 0o444);
      expect(await reasonFor(at.folder)).toBe(
        `the sandbox in ${at.folder} cannot be used: its state cannot be written (EACCES: permission denied, access '${path}'). Let user ${process.getuid?.()} write there (chown or chmod), or ${another()}`,
      );
      chmodSync(path, 0o644);
    }
  });

  test.each([
    ['is something else', (file: string) => writeFileSync(file, 'nonsense'.repeat(5000))],
    ['lost its end', (file: string) => truncateSync(file, 12_000)],
    ['lost its last page', (file: string) => truncateSync(file, statSync(file).size - 4096)],
    ['lost nearly all', (file: string) => truncateSync(file, 100)],
    ['is one page', (file: string) => truncateSync(file, 4096)],
    ['is two pages', (file: string) => truncateSync(file, 8192)],
    ['was never written behind its head', (file: string) => overwrite(file, () => 0)],
    ['has nonsense behind its head', (file: string) => overwrite(file, (at) => (at * 7 + 13) % 251)],
  ])('its state %s', async (_, damage) => {
    const at = await rig();
    for (let index = 0; index < 30; index += 1) {
      await at.s3.send(new CreateBucketCommand({ Bucket: `bucket-${index}` }));
    }
    await at.sandbox.close();
    const file = join(at.folder, 'state', 'data.mdb');
    damage(file);
    expect(await reasonFor(at.folder)).toBe(
      `the sandbox in ${at.folder} cannot be used: its state (${file}) is damaged. ${reset}`,
    );
    expect(await resetSandbox(at.folder)).toBe(true);
    await (await at.again()).s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  });

  test('an empty state is a new one: whoever made it may be about to fill it', async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, 'state', 'data.mdb'), '');
    await open(folder);
  });

  test('a row of its state is no row', async () => {
    const at = await rig();
    const root = lmdb(join(at.folder, 'state'), { noSync: true, maxDbs: 24 });
    const buckets = root.openDB<Buffer, string[]>({ name: 'buckets', encoding: 'binary' });
    buckets.putSync(['bucket'], Buffer.from('nonsense'));
    await root.close();
    const failure = await failureOf(at.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'key' })));
    expect(failure.name).toBe('SandboxUnavailable');
    const damaged = `its state (${at.folder}/state/data.mdb) is damaged: `;
    expect(failure.message.startsWith(`the sandbox in ${at.folder} cannot be used: ${damaged}`)).toBe(true);
  });

  test.each([
    ['data.mdb', 'a folder'],
    ['lock.mdb', 'a folder'],
  ])('%s of its state is %s', async (file) => {
    const folder = freshFolder();
    const path = join(folder, 'state', file);
    mkdirSync(path, { recursive: true });
    expect(await reasonFor(folder)).toBe(
      `the sandbox in ${folder} cannot be used: its state (${path}) is damaged: it is not a file. ${reset}`,
    );
  });

  test.each([
    ['a file', (at: string) => writeFileSync(at, ''), 'not a folder'],
    [
      'a link to nothing',
      (at: string) => symlinkSync('nowhere', at),
      'a link to nowhere, which does not exist',
    ],
  ])('its state is %s', async (_, make, is) => {
    const folder = freshFolder();
    const path = join(folder, 'state');
    make(path);
    expect(await reasonFor(folder)).toBe(
      `the sandbox in ${folder} cannot be used: ${path} is ${is}. ${reset}`,
    );
    expect(await resetSandbox(folder)).toBe(true);
    await open(folder);
  });

  test('its state is of a newer version', async () => {
    const folder = freshFolder();
    const store = await openStore(folder);
    store.transact(() => store.tables.counters.put(['state version'], 2));
    await store.close();
    expect(await reasonFor(folder)).toMatch(/has version 2.*knows version 1/u);
  });
});

test('a state of many pages and long rows, with much removed from it, is not taken for a damaged one', async () => {
  const folder = freshFolder();
  const store = await openStore(folder);
  for (let round = 0; round < 20; round += 1) {
    store.transact(() => {
      for (let index = 0; index < 300; index += 1) {
        const key = ['b', String((index * 37 + round * 11) % 1000)];
        if ((index + round) % 3 === 0) store.tables.bodies.remove(...key);
        else
          store.tables.bodies.put(key, Buffer.alloc((index * 97) % (index % 50 === 0 ? 90_000 : 3000), 'x'));
      }
    });
    checkStateFile(folder);
  }
  await store.close();
});

describe('what the disk says in the middle', () => {
  test.each([
    [constants.errno.ENOSPC, 'No space left on device'],
    [constants.errno.EDQUOT, 'Disk quota exceeded'],
    // A write that ends short.
    [constants.errno.EIO, 'Input/output error'],
  ])("lmdb's error %i is told with folder and cure", async (code, message) => {
    const folder = freshFolder();
    const store = await openStore(folder);
    const failing = (): void =>
      store.transact(() => {
        throw Object.assign(new Error(message), { code });
      });
    expect(failing).toThrow(
      new SandboxUnavailable(
        folder,
        `the disk is full, or does not take what is written to it (${message})`,
        `Free some space there, or ${another()}`,
      ),
    );
    await store.close();
  });

  test('a state that has grown to its limit, and one that lmdb finds damaged, are told with the reset', async () => {
    const folder = freshFolder();
    const store = await openStore(folder);
    const failing = (code: number, message: string) => (): void =>
      store.transact(() => {
        throw Object.assign(new Error(message), { code });
      });
    expect(failing(-30_792, 'MDB_MAP_FULL')).toThrow(
      `the sandbox in ${folder} cannot be used: its state has grown to the most that it may be. ${reset}`,
    );
    expect(failing(-30_796, 'MDB_CORRUPTED: Located page was wrong type')).toThrow(
      `the sandbox in ${folder} cannot be used: its state (${folder}/state/data.mdb) is damaged: MDB_CORRUPTED: Located page was wrong type. ${reset}`,
    );
    await store.close();
  });
});

test('a state that is removed while it is used is told to whoever asks, and to whoever serves it', async () => {
  const at = await rig();
  await at.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  expect(at.sandbox.removed.aborted).toBe(false);
  rmSync(join(at.folder, 'state'), { recursive: true });
  const message = `the sandbox in ${at.folder} cannot be used: its state was removed while this program used it. Start this program again: it begins with an empty sandbox.`;
  const get = at.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'key' }));
  expect(await failureOf(get)).toMatchObject({ name: 'SandboxUnavailable', message });
  expect(at.sandbox.removed.reason).toMatchObject({ name: 'SandboxUnavailable', message });
  // Another one in its place is not the same.
  await at.again();
  expect(await errorOf(launchOnline(at))).toBe('SandboxUnavailable');
});
