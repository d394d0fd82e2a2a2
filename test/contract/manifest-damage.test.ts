/** A manifest that is damaged in any way: never a crash, never believed, never lost. */
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../src/cache/manifest.ts';
import { changeManifest } from '../../src/cache/manifest-store.ts';
import { fail, ok } from '../../src/core/result.ts';
import {
  Bucket,
  added,
  asideOf,
  bucketRig,
  entry,
  key,
  onlyAdded,
  publish,
  published,
  publisherOn,
  textOf,
  three,
  withIntruder,
} from './manifest-rig.ts';

describe('one that cannot be read', () => {
  const spoilt = Buffer.from(textOf(three));
  spoilt[spoilt.indexOf('gromacs')] = 0xff;

  test.each<[string, Uint8Array | string]>([
    ['is empty', ''],
    ['is cut off', textOf(three).slice(0, -3)],
    ['is something else', '<html>'],
    ['has an entry that is none', textOf({ version: 1, images: { ...three.images, [added]: null } })],
    ['has bytes that are no UTF-8', spoilt],
    ['is no text at all', Buffer.from(Array.from({ length: 256 }, (_, index) => 255 - index))],
    ['begins with a byte order mark', `\uFEFF${textOf(three)}`],
    ['is larger than 32 MiB', `${textOf(three)}${' '.repeat(32 * 1024 * 1024)}`],
    ['is larger than 64 MiB', Buffer.alloc(64 * 1024 * 1024 + 1, textOf(three))],
  ])('since it %s is copied aside byte for byte, and a new one is begun', async (_, bytes) => {
    const { publisher, setBytes, bytesAt, manifestAt, keys } = await bucketRig();
    const aside = await setBytes(bytes);
    expect(await publish(publisher, added, entry)).toEqual(published);
    expect((await bytesAt(aside)).equals(Buffer.from(bytes))).toBe(true);
    expect(await manifestAt()).toEqual(onlyAdded);
    expect(await keys()).toEqual([key, aside]);
    expect(publisher.writes()).toBe(1);
  });

  test('is copied aside where it was uploaded in parts, too', async () => {
    const { s3, publisher, bytesAt, manifestAt, keys } = await bucketRig();
    const upload = { Bucket, Key: key };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
    const part = { ...upload, UploadId, PartNumber: 1, Body: '<html>' };
    const { ETag } = await s3.send(new UploadPartCommand(part));
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
    const whole = await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
    const aside = asideOf(key, whole.ETag);
    expect(aside).toMatch(/^amigraph\/manifest\/us-west-2\.json\.unreadable-[0-9a-f]{32}-1$/u);
    expect(await publish(publisher, added, entry)).toEqual(published);
    expect((await bytesAt(aside)).toString()).toBe('<html>');
    expect(await manifestAt()).toEqual(onlyAdded);
    expect(await keys()).toEqual([key, aside]);
  });

  test('time and again, is copied aside each time', async () => {
    const { publisher, setBytes, bytesAt, keys } = await bucketRig();
    const asides: string[] = [];
    for (const bytes of ['<html>', '', '<html>', 'null']) {
      asides.push(await setBytes(bytes));
      expect(await publish(publisher, added, entry)).toEqual(published);
    }
    expect(await Promise.all(asides.map(async (one) => (await bytesAt(one)).toString()))).toEqual([
      '<html>',
      '',
      '<html>',
      'null',
    ]);
    expect(await keys()).toEqual([key, ...new Set(asides)].toSorted());
  });

  test('is told of to who changes it', async () => {
    const { publisher, setBytes } = await bucketRig();
    const aside = await setBytes('<html>');
    expect(await changeManifest(publisher, (manifest) => ok({ ...manifest, notes: 1 }))).toEqual(
      ok({ setAside: aside }),
    );
    expect(await changeManifest(publisher, (manifest) => ok({ ...manifest, notes: 2 }))).toEqual(
      ok({ setAside: undefined }),
    );
  });

  test('stays as it is where it cannot be copied', async () => {
    const { publisher, setBytes, bytesAt, keys } = await bucketRig([
      {
        operation: 's3:CopyObject',
        times: 'always',
        fault: { kind: 'error', code: 'AccessDenied', status: 403, message: 'a fault', afterEffect: false },
      },
    ]);
    const aside = await setBytes('<html>');
    expect(await publish(publisher, added, entry)).toEqual(
      fail({
        code: 'cloud',
        awsCode: 'AccessDenied',
        operation: 's3:CopyObject',
        resource: `s3://bucket/${aside}`,
        message: `${key}: it is unreadable and could not be set aside as ${aside}: a fault`,
        nature: 'refused',
      }),
    );
    expect((await bytesAt(key)).toString()).toBe('<html>');
    expect(await keys()).toEqual([key]);
    expect(publisher.writes()).toBe(0);
  });

  test('and is mended by somebody before it is copied is left alone', async () => {
    const { store, setBytes, manifestAt, keys } = await bucketRig();
    await setBytes('<html>');
    const publisher = publisherOn(withIntruder(store, 'copy', () => setBytes(textOf(three))));
    expect(await changeManifest(publisher, (manifest) => ok({ ...manifest, notes: 1 }))).toEqual(
      ok({ setAside: undefined }),
    );
    expect(await manifestAt()).toEqual({ ...three, notes: 1 });
    expect(await keys()).toEqual([key]);
  });

  test('and is removed by somebody before it is copied is no trouble', async () => {
    const { store, setBytes, manifestAt, keys, remove } = await bucketRig();
    await setBytes('<html>');
    const publisher = publisherOn(withIntruder(store, 'copy', remove));
    expect(await publish(publisher, added, entry)).toEqual(published);
    expect(await manifestAt()).toEqual(onlyAdded);
    expect(await keys()).toEqual([key]);
  });

  test('and is mended by somebody after it was copied keeps what was mended', async () => {
    const { store, setBytes, bytesAt, manifestAt } = await bucketRig();
    const aside = await setBytes('<html>');
    const publisher = publisherOn(withIntruder(store, 'put', () => setBytes(textOf(three))));
    expect(await changeManifest(publisher, (manifest) => ok({ ...manifest, notes: 1 }))).toEqual(
      ok({ setAside: aside }),
    );
    expect((await bytesAt(aside)).toString()).toBe('<html>');
    expect(await manifestAt()).toEqual({ ...three, notes: 1 });
  });
});

test.each(['2', '"2"', '"2.1"', '10.5'])('one of version %s is left as it is', async (version) => {
  const { publisher, setBytes, bytesAt, keys } = await bucketRig();
  const text = ` {"images":[],\n"version":${version}}`;
  await setBytes(text);
  expect(await publish(publisher, added, entry)).toEqual(
    fail({
      code: 'cloud',
      awsCode: 'ManifestNewer',
      operation: 's3:PutObject',
      message: `${key}: it has version ${String(JSON.parse(version))}, and this program knows 1`,
      nature: 'refused',
    }),
  );
  expect((await bytesAt(key)).toString()).toBe(text);
  expect(await keys()).toEqual([key]);
  expect(publisher.writes()).toBe(0);
});

describe('damaged', () => {
  const text: Uint8Array = Buffer.from(textOf(three));
  const version = textOf(three).indexOf('1');
  const place = fc.oneof({ weight: 15, arbitrary: fc.nat(text.length) }, fc.constant(version));
  const fragments = ['"', '{}', '}', ',', ':', '"version":2,', '"notes":1,', '\uFEFF', '\uFFFD', '\0'];
  const fragment = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.constantFrom(...fragments.map((one) => Buffer.from(one))),
  );

  /** One way to damage it. */
  type Damage = (bytes: Uint8Array) => Uint8Array;
  const flip = fc.tuple(place, fc.nat(7)).map(([at, bit]): Damage => {
    return (bytes) => bytes.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte));
  });
  /** Which often leaves a manifest, if another one. */
  const overwrite = fc.tuple(place, fc.constantFrom('0', '9', 'a', 'f')).map(([at, digit]): Damage => {
    return (bytes) => bytes.map((byte, index) => (index === at ? digit.charCodeAt(0) : byte));
  });
  const cut = fc.tuple(place, fc.boolean()).map(([at, head]): Damage => {
    return (bytes) => (head ? bytes.subarray(0, at) : bytes.subarray(at));
  });
  const splice = fc.tuple(place, fc.nat(20), fragment).map(([at, gone, put]): Damage => {
    return (bytes) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]);
  });
  const damage = fc.oneof(flip, overwrite, overwrite, cut, splice);
  const damages = fc.oneof(fc.tuple(damage), fc.array(damage, { minLength: 1, maxLength: 4 }));

  test('in any way, it loses no entry that can be read and no byte that cannot', async () => {
    const { store, setBytes, bytesAt, manifestAt, keys } = await bucketRig();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(damages, async (all) => {
        run += 1;
        const at = `${run}/manifest.json`;
        const damaged = Buffer.from(all.reduce((bytes, one) => one(bytes), text));
        const aside = await setBytes(damaged, at);
        const parsed = parseManifest(damaged.toString());
        const outcome = await publish(publisherOn(store, at), added, entry);
        if (parsed.ok) {
          expect(outcome).toEqual(published);
          // Bytes that are no text would be lost in what is written back.
          expect(Buffer.from(damaged.toString()).equals(damaged)).toBe(true);
          const { images } = parsed.value;
          expect(await manifestAt(at)).toEqual({ ...parsed.value, images: { ...images, [added]: entry } });
          expect(await keys(`${run}/`)).toEqual([at]);
        } else if (parsed.error.kind === 'newer') {
          expect(outcome).toMatchObject({ ok: false, error: { awsCode: 'ManifestNewer' } });
          expect((await bytesAt(at)).equals(damaged)).toBe(true);
          expect(await keys(`${run}/`)).toEqual([at]);
        } else {
          expect(outcome).toEqual(published);
          expect((await bytesAt(aside)).equals(damaged)).toBe(true);
          expect(await manifestAt(at)).toEqual(onlyAdded);
          expect(await keys(`${run}/`)).toEqual([at, aside]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
