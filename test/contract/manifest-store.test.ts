/** The manifest in a real store: what is published stays, whatever the answers and whoever else writes. */
import { describe, expect, test } from 'vitest';
import { changeManifest, publish as publishSeen, SeenManifest } from '../../src/cache/manifest-store.ts';
import { digestOf } from '../../src/core/digest.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { defined } from '../sandbox/rig.ts';
import { timeOut } from '../unit/lease-rig.ts';
import { valueOf } from '../unit/rig.ts';
import { clouds, done } from './cloud.ts';
import {
  added,
  bucketRig,
  entry,
  entryOf,
  first,
  key,
  onlyAdded,
  publish,
  published,
  publisherOn,
  second,
  textOf,
  three,
  withIntruder,
} from './manifest-rig.ts';

describe('publishing', () => {
  test('into none makes one', async () => {
    const { publisher, bytesAt, keys } = await bucketRig();
    expect(await publish(publisher, added, entry)).toEqual(published);
    expect((await bytesAt(key)).toString()).toBe(textOf(onlyAdded));
    expect(await keys()).toEqual([key]);
    expect([publisher.writes(), publisher.pauses]).toEqual([1, []]);
  });

  test.each([1, '1', 1.3, '1.3', '1.3.7'])(
    'into one of version %j keeps all that is there, also what it does not know',
    async (version) => {
      const { publisher, setBytes, manifestAt, keys } = await bucketRig();
      const later = {
        version,
        notes: { by: ['a later amigraph', null, 1e300, '\ud800 \\u0000'] },
        images: { [first]: { ...entryOf('gromacs'), cost: { usd: 1.25 } }, [second]: entryOf('namd') },
        '': [],
      };
      await setBytes(textOf(later));
      expect(await publish(publisher, added, entry)).toEqual(published);
      expect(await manifestAt()).toEqual({ ...later, images: { ...later.images, [added]: entry } });
      expect(await keys()).toEqual([key]);
    },
  );

  test('what stands there already writes nothing', async () => {
    const { publisher, setBytes, bytesAt } = await bucketRig();
    const text = textOf({ ...three, images: { ...three.images, [added]: { ...entry, cost: 1 } } });
    await setBytes(text);
    expect(await publish(publisher, added, entry)).toEqual(published);
    expect((await bytesAt(key)).toString()).toBe(text);
    expect(publisher.writes()).toBe(0);
  });

  test('under a lower token than is there is fenced, and writes nothing', async () => {
    const { publisher, setBytes, bytesAt } = await bucketRig();
    const text = textOf({ ...three, images: { ...three.images, [added]: entryOf('other', { token: 4 }) } });
    await setBytes(text);
    expect(await publish(publisher, added, entry)).toEqual(fail({ code: 'fenced', token: 4 }));
    expect((await bytesAt(key)).toString()).toBe(text);
    expect(publisher.writes()).toBe(0);
  });

  test.each([2, 3])('over another image, of token %d, replaces it alone', async (token) => {
    const { publisher, setBytes, manifestAt } = await bucketRig();
    await setBytes(textOf({ ...three, images: { [added]: entryOf('other', { token }), ...three.images } }));
    expect(await publish(publisher, added, entry)).toEqual(published);
    expect(await manifestAt()).toEqual({ ...three, images: { ...three.images, [added]: entry } });
  });
});

describe('where it was lost since it was seen', () => {
  const seen = three.images;
  const restored = { ...three, images: { ...three.images, [added]: entry } };

  test('it has again what was seen in it, and what was entered since', async () => {
    const { publisher, remove, manifestAt } = await bucketRig();
    const run = new SeenManifest({});
    expect(await publishSeen(publisher, first, defined(seen[first]), run)).toMatchObject({
      value: { restored: false },
    });
    await remove();
    expect(await publishSeen(publisher, added, entry, run)).toMatchObject({ value: { restored: true } });
    expect(await manifestAt()).toEqual({ ...three, images: { [first]: seen[first], [added]: entry } });
  });

  test('what cannot be read any more is set aside, and told', async () => {
    const { publisher, setBytes, bytesAt, manifestAt } = await bucketRig();
    await setBytes('spoilt');
    const outcome = await publishSeen(publisher, added, entry, new SeenManifest(seen));
    expect(outcome).toMatchObject({ value: { restored: true } });
    expect(await manifestAt()).toEqual(restored);
    expect((await bytesAt(defined(valueOf(outcome).setAside))).toString()).toBe('spoilt');
  });

  test('what others took out of it meanwhile does not come back', async () => {
    const { publisher, setBytes, remove, manifestAt } = await bucketRig();
    const run = new SeenManifest(seen);
    await setBytes(textOf({ version: 1, images: {} }));
    await publishSeen(publisher, added, entry, run);
    await remove();
    const later = entryOf('gromacs', { token: 9 });
    expect(await publishSeen(publisher, first, later, run)).toMatchObject({ value: { restored: true } });
    expect(await manifestAt()).toEqual({ version: 1, images: { [added]: entry, [first]: later } });
  });

  test('it is told also where the answer to the write was lost', async () => {
    const { store, manifestAt } = await bucketRig();
    let isLost = true;
    const publisher = publisherOn({
      ...store,
      put: async (...write) => {
        const answer = await store.put(...write);
        if (!isLost) return answer;
        isLost = false;
        return { kind: 'unknown', failure: timeOut };
      },
    });
    const outcome = await publishSeen(publisher, added, entry, new SeenManifest(seen));
    expect(outcome).toMatchObject({ value: { restored: true } });
    expect([await manifestAt(), publisher.writes()]).toEqual([restored, 1]);
  });

  test('a newer lease that was seen in it still fences', async () => {
    const { publisher } = await bucketRig();
    const run = new SeenManifest({ ...seen, [added]: { ...entry, token: 4 } });
    expect(await publishSeen(publisher, added, entry, run)).toEqual(fail({ code: 'fenced', token: 4 }));
    expect(publisher.writes()).toBe(0);
  });

  test('what others have put in its place is left as it is', async () => {
    const { publisher, setBytes, manifestAt } = await bucketRig();
    await setBytes(textOf({ version: 1, images: {} }));
    const run = new SeenManifest(seen);
    expect(await publishSeen(publisher, added, entry, run)).toMatchObject({ value: { restored: false } });
    expect(await manifestAt()).toEqual(onlyAdded);
  });
});

describe('while others write', () => {
  test('all that publish at the same time are in it', async () => {
    const { store, manifestAt } = await bucketRig();
    const all = Array.from({ length: 20 }, (_, at) => [digestOf(`${at}`), entryOf(`p${at}`)] as const);
    const outcomes = await Promise.all(all.map((one) => publish(publisherOn(store), ...one)));
    expect(outcomes).toEqual(all.map(() => published));
    expect(await manifestAt()).toEqual({ version: 1, images: Object.fromEntries(all) });
  });

  test('one that is removed before the write is begun anew', async () => {
    const { store, setBytes, manifestAt, remove } = await bucketRig();
    await setBytes(textOf(three));
    const publisher = publisherOn(withIntruder(store, 'put', remove));
    expect(await publish(publisher, added, entry)).toEqual(published);
    expect(await manifestAt()).toEqual(onlyAdded);
  });

  test('one who was overtaken by a newer lease is fenced', async () => {
    const { store, setBytes, manifestAt } = await bucketRig();
    await setBytes(textOf(three));
    const other = { ...three, images: { ...three.images, [added]: entryOf('other', { token: 4 }) } };
    const publisher = publisherOn(withIntruder(store, 'put', () => setBytes(textOf(other))));
    expect(await publish(publisher, added, entry)).toEqual(fail({ code: 'fenced', token: 4 }));
    expect(await manifestAt()).toEqual(other);
  });

  test('what the change refuses is not written', async () => {
    const { publisher, setBytes, bytesAt } = await bucketRig();
    await setBytes(textOf(three));
    expect(await changeManifest(publisher, () => fail('no'))).toEqual(fail('no'));
    expect((await bytesAt(key)).toString()).toBe(textOf(three));
    expect(publisher.writes()).toBe(0);
  });

  test('what is too large to be read again is not written', async () => {
    const { publisher, setBytes, bytesAt } = await bucketRig();
    await setBytes(textOf(three));
    const notes = 'x'.repeat(32 * 1024 * 1024);
    expect(await changeManifest(publisher, (manifest) => ok({ ...manifest, notes }))).toEqual(
      fail({
        code: 'cloud',
        awsCode: 'ManifestNotWritten',
        operation: 's3:PutObject',
        message: `${key}: it would be larger than 32 MiB; amigraph manifest repair takes out the images that are gone`,
        nature: 'refused',
      }),
    );
    expect((await bytesAt(key)).toString()).toBe(textOf(three));
    expect(publisher.writes()).toBe(0);
  });
});

describe.each(clouds)('where answers are lost or say no: $name', ({ make: makeIt }) => {
  const error = (code: string, status: number, afterEffect = false): Fault => ({
    kind: 'error',
    code,
    status,
    message: 'a fault',
    afterEffect,
  });
  const absent = { absent: true } as const;

  test.each<[string, Fault, times: number, writes: number]>([
    ['conflicts', error('ConditionalRequestConflict', 409), 3, 4],
    ['a conflict, though it happened,', error('ConditionalRequestConflict', 409, true), 1, 1],
    ['failed conditions', error('PreconditionFailed', 412), 2, 3],
    ['throttling', error('SlowDown', 503), 3, 4],
    ['throttling, though it happened,', error('SlowDown', 503, true), 1, 1],
    ['an error, though it happened,', error('InternalError', 500, true), 1, 1],
    ['broken connections before', { kind: 'reset-before' }, 2, 3],
    ['a broken connection after', { kind: 'reset-after' }, 1, 1],
  ])('after %s the entry is there once', async (__, fault, times, writes) => {
    const { store } = await makeIt({ faults: [{ operation: 's3:PutObject', skip: 1, times, fault }] });
    expect((await store.put(key, textOf(three), absent)).kind).toBe('stored');
    const publisher = publisherOn(store);
    expect(await publish(publisher, added, entry)).toEqual(published);
    expect(done(await store.get(key))?.text).toBe(
      textOf({ ...three, images: { ...three.images, [added]: entry } }),
    );
    expect(publisher.writes()).toBe(writes);
    expect(publisher.pauses).toEqual([20, 40, 80].slice(0, times));
  });

  test('of all kinds, among many, each entry is there once', async () => {
    const { store } = await makeIt({
      faults: [
        { fault: error('ConditionalRequestConflict', 409), skip: 1, times: 2 },
        { fault: error('SlowDown', 503, true), skip: 4, times: 3 },
        { fault: { kind: 'reset-after' } as const, skip: 11, times: 3 },
        { fault: { kind: 'reset-before' } as const, skip: 17, times: 2 },
        { fault: error('ConditionalRequestConflict', 409, true), skip: 23, times: 3 },
      ].map((rule) => ({ operation: 's3:PutObject', ...rule })),
    });
    const all = Array.from({ length: 12 }, (__, at) => [digestOf(`${at}`), entryOf(`p${at}`)] as const);
    const outcomes = await Promise.all(all.map((one) => publish(publisherOn(store), ...one)));
    expect(outcomes).toEqual(all.map(() => published));
    const text = defined(done(await store.get(key))?.text);
    expect(JSON.parse(text)).toEqual({ version: 1, images: Object.fromEntries(all) });
    for (const [digest] of all) expect(text.split(digest)).toHaveLength(2);
  });

  test('for ever, it is given up with the reason', async () => {
    const outcomeOf = async (fault: Fault): Promise<[outcome: unknown, writes: number]> => {
      const faults = [{ operation: 's3:PutObject', skip: 1, times: 'always' as const, fault }];
      const { store } = await makeIt({ faults });
      expect((await store.put(key, textOf(three), absent)).kind).toBe('stored');
      const publisher = publisherOn(store);
      const outcome = await publish(publisher, added, entry);
      expect(Math.max(0, ...publisher.pauses)).toBeLessThanOrEqual(1000);
      expect(done(await store.get(key))?.text).toBe(textOf(three));
      return [outcome, publisher.writes()];
    };
    const failure = { code: 'cloud', operation: 's3:PutObject' } as const;
    const refused = { ...failure, resource: `s3://bucket/${key}` };
    const outdone = `${key}: it was changed by others 60 times in a row`;
    expect(await outcomeOf(error('ConditionalRequestConflict', 409))).toEqual([
      fail({ ...failure, awsCode: 'ManifestNotWritten', message: outdone, nature: 'refused' }),
      60,
    ]);
    expect(await outcomeOf(error('SlowDown', 503))).toEqual([
      fail({ ...refused, awsCode: 'SlowDown', message: 'a fault', nature: 'throttled' }),
      20,
    ]);
    expect(await outcomeOf(error('AccessDenied', 403))).toEqual([
      fail({ ...refused, awsCode: 'AccessDenied', message: 'a fault', nature: 'refused' }),
      1,
    ]);
  });
});
