/** The manifest's text and what is learnt from it: a broken or hostile one is reported, never trusted. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { manifestKey, manifestText, parseManifest, rememberedDurations } from '../../src/cache/manifest.ts';
import { readManifest } from '../../src/cache/manifest-store.ts';
import type { CloudFailure } from '../../src/core/failure.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { ObjectStore, StoredObject } from '../../src/ports/object-store.ts';
import { errorOf, valueOf } from './rig.ts';

const entry = {
  template: 'gromacs',
  image: 'ami-0123456789abcdef0',
  buildId: '20261123-0412-abababab-9f8e7d',
  token: 3,
  builtAt: '2026-11-23T04:12:00.000Z',
  durationMs: 600_000,
};
const digest = 'ab'.repeat(32);
const manifest = { version: 1, images: { [digest]: entry } };
const text = `${JSON.stringify(manifest)}\n`;

const withEntry = (change: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ version: 1, images: { [digest]: { ...entry, ...change } } });

test('each Region has its own', () => {
  expect(manifestKey('amigraph/', 'us-west-2')).toBe('amigraph/manifest/us-west-2.json');
  expect(manifestKey('', 'eu-west-1')).toBe('manifest/eu-west-1.json');
});

test('a manifest is read back', () => {
  expect(valueOf(parseManifest(text))).toEqual(manifest);
  expect(valueOf(parseManifest('{"version":1,"images":{}}'))).toEqual({ version: 1, images: {} });
});

test('what a later program of the same version added is kept', () => {
  expect(valueOf(parseManifest(JSON.stringify({ ...manifest, notes: ['x'] })))).toEqual({
    ...manifest,
    notes: ['x'],
  });
});

describe('is broken', () => {
  test.each<[string, string]>([
    ['', 'it is not JSON'],
    [text.slice(0, -3), 'it is not JSON'],
    ['<html>', 'it is not JSON'],
    ['null', 'it must be a map, not nothing'],
    ['[]', 'version is missing'],
    ['{}', 'version is missing'],
    ['{"version":0,"images":{}}', 'version must be 1, not the number 0'],
    ['{"version":"one","images":{}}', 'version must be 1, not the text "one"'],
    ['{"version":{"toString":1},"images":{}}', 'version must be 1, not a map'],
    ['{"version":1}', 'images is missing'],
    ['{"version":1,"images":{"x":{}}}', 'images.x is no digest'],
    [withEntry({ image: 'ami-x' }), `images.${digest}.image must be the id of an image`],
  ])('%j: %s', (wrong, message) => {
    expect(errorOf(parseManifest(wrong))).toEqual({ kind: 'broken', message });
  });

  test.each([
    ['template', 1],
    ['template', 'x'.repeat(1025)],
    ['image', null],
    ['image', 'ami-0123456789abcdef0\n'],
    ['buildId', 'x'.repeat(257)],
    ['token', -1],
    ['token', 1.5],
    ['token', 2 ** 53],
    ['token', '3'],
    // One that could not rise any more.
    ['token', 2 ** 41],
    ['builtAt', 'x'.repeat(65)],
    ['durationMs', -1],
    ['durationMs', null],
  ])('with an entry whose %s is %j', (field, value) => {
    expect(errorOf(parseManifest(withEntry({ [field]: value }))).kind).toBe('broken');
  });

  test('with a duration that never ends, which could not be written back', () => {
    expect(errorOf(parseManifest(text.replace('600000', '1e999'))).kind).toBe('broken');
  });

  test('where it is too large to be ours', () => {
    const problem = { kind: 'broken', message: 'it is larger than 32 MiB' };
    expect(errorOf(parseManifest(' '.repeat(32 * 1024 * 1024 + 1)))).toEqual(problem);
    expect(errorOf(parseManifest(null))).toEqual(problem);
    // Of bytes, not of characters: what is written must be readable again.
    expect(errorOf(parseManifest('日'.repeat(11.2 * 1024 * 1024)))).toEqual(problem);
  });

  test('where it lies so deep that it could not be written back', () => {
    const deep = `{"version":1,"images":{},"x":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    expect(errorOf(parseManifest(deep))).toEqual({
      kind: 'broken',
      message: 'its values lie more than 100 levels deep',
    });
  });

  test('where there are bytes that are no text, which could not be written back', () => {
    const spoilt = Buffer.from(text.replace('gromacs', 'gr\u0001macs'));
    spoilt[spoilt.indexOf(1)] = 0xff;
    expect(errorOf(parseManifest(spoilt.toString()))).toEqual({ kind: 'broken', message: 'it is not UTF-8' });
  });
});

test('the sign for bytes that are no text may stand in it', () => {
  const odd = { version: 1, images: { [digest]: { ...entry, template: 'gro\uFFFDmacs' } } };
  expect(valueOf(parseManifest(manifestText(odd)))).toEqual(odd);
});

test.each(['2', '"2"', '"2.1"', '10.5'])(
  'of version %s is right, and only not for this program',
  (version) => {
    expect(errorOf(parseManifest(`{"version":${version},"anything":true}`))).toEqual({
      kind: 'newer',
      message: `it has version ${String(JSON.parse(version))}, and this program knows 1`,
    });
  },
);

test.each([1.3, '1', '1.3'])('of the minor version %j is read, and keeps its version', (version) => {
  const later = { ...manifest, version, cost: 1, images: { [digest]: { ...entry, cost: 2 } } };
  expect(valueOf(parseManifest(JSON.stringify(later)))).toEqual(later);
});

/** What every entry that is believed must look like, said once more in other words. */
function believable(key: string, one: Readonly<Record<string, unknown>>): boolean {
  const { template, image, buildId, token, builtAt, durationMs } = one;
  const texts = [template, image, buildId, builtAt].every(
    (value) => typeof value === 'string' && value.length <= 1024,
  );
  const numbers =
    Number.isSafeInteger(token) &&
    Number(token) >= 0 &&
    Number.isFinite(durationMs) &&
    Number(durationMs) >= 0;
  return (
    texts &&
    numbers &&
    /^[0-9a-f]{64}$/.test(key) &&
    /^ami-[0-9a-f]+$/.test(String(image)) &&
    Object.keys(one).length === 6
  );
}

describe('damaged', () => {
  const bytes = Buffer.from(text);
  const readDamaged = (damaged: Uint8Array): void => {
    const parsed = parseManifest(Buffer.from(damaged).toString());
    if (!parsed.ok) return expect(parsed.error.message).not.toBe('');
    const { images } = parsed.value;
    expect(Object.keys(images).length).toBeLessThanOrEqual(1);
    for (const [key, one] of Object.entries(images)) expect(believable(key, one)).toBe(true);
  };

  test('in any one byte, it never throws and never gives what does not validate', () => {
    for (let at = 0; at < bytes.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (bytes[at] ?? 0) ^ (1 << bit);
        readDamaged(damaged);
      }
    }
  });

  test('cut anywhere, it is broken', () => {
    for (let at = 0; at < bytes.length - 1; at += 1)
      expect(errorOf(parseManifest(bytes.subarray(0, at).toString())).kind).toBe('broken');
  });

  test('in many places, it never throws', () => {
    const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(places, (changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        readDamaged(damaged);
      }),
      { numRuns: 500 },
    );
  });

  test('or made up of any JSON, it never throws and gives only what validates', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constant(entry), fc.constant({ ...entry, token: '1' }));
    const key = fc.constantFrom(digest, 'x', '__proto__', 'constructor');
    fc.assert(
      fc.property(fc.oneof(fc.constant(1), fc.jsonValue()), fc.dictionary(key, value), (version, images) => {
        const parsed = parseManifest(JSON.stringify({ version, images }));
        if (parsed.ok)
          for (const [name, one] of Object.entries(parsed.value.images))
            expect(believable(name, one)).toBe(true);
      }),
    );
  });
});

test('the newest build of each template is what is remembered', () => {
  const at = (template: string, builtAt: string, durationMs: number) => ({
    ...entry,
    template,
    builtAt,
    durationMs,
  });
  const durations = rememberedDurations({
    version: 1,
    images: {
      ['a'.repeat(64)]: at('gromacs', '2026-01-02', 20),
      ['b'.repeat(64)]: at('gromacs', '2026-01-03', 30),
      ['c'.repeat(64)]: at('gromacs', '2026-01-01', 10),
      ['d'.repeat(64)]: at('namd', '2026-01-01', 40),
    },
  });
  expect(Object.fromEntries(durations)).toEqual({ gromacs: 30, namd: 40 });
});

describe('reading', () => {
  const readFrom = (stored: StoredObject | undefined | CloudFailure) => {
    const store: Pick<ObjectStore, 'get'> = {
      get: () => Promise.resolve(stored !== undefined && 'code' in stored ? fail(stored) : ok(stored)),
    };
    return readManifest(store as ObjectStore, 'k');
  };

  test('one that is not there gives an empty one', async () => {
    expect(valueOf(await readFrom(undefined))).toEqual({
      manifest: { version: 1, images: {} },
      problem: undefined,
      isThere: false,
    });
  });

  test('one that cannot be read gives an empty one, and says why', async () => {
    expect(valueOf(await readFrom({ text: 'x', etag: 'e' }))).toEqual({
      manifest: { version: 1, images: {} },
      problem: { kind: 'broken', message: 'it is not JSON' },
      isThere: true,
    });
  });

  test('a good one gives it, a failure is passed on', async () => {
    expect(valueOf(await readFrom({ text, etag: 'e' }))).toEqual({
      manifest,
      problem: undefined,
      isThere: true,
    });
    const failure: CloudFailure = {
      code: 'cloud',
      awsCode: 'X',
      operation: 'o',
      message: 'm',
      nature: 'refused',
    };
    expect(errorOf(await readFrom(failure))).toEqual(failure);
  });
});
