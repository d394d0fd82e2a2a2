/** What every ObjectStore holds to: conditional writes and what each answer means. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import type { ObjectStore, WriteOutcome } from '../../src/ports/object-store.ts';
import { type CloudKind, done, refusal, testOn } from './cloud.ts';

const absent = { absent: true } as const;

const etagOf = (outcome: WriteOutcome): string => {
  if (outcome.kind !== 'stored') throw new Error(JSON.stringify(outcome));
  return outcome.etag;
};

const textAt = async (store: ObjectStore, key: string): Promise<string | undefined> =>
  done(await store.get(key))?.text ?? undefined;

export function objectStoreContract(cloudKind: CloudKind): void {
  const { name, make: makeIt } = cloudKind;
  const needing = testOn(cloudKind);

  describe(`ObjectStore: ${name}`, () => {
    describe('a write', () => {
      test('to an absent key happens once', async () => {
        const { store } = await makeIt();
        expect(done(await store.get('k'))).toBeUndefined();
        const etag = etagOf(await store.put('k', 'one', absent));
        expect(done(await store.get('k'))).toEqual({ text: 'one', etag });
        expect(await store.put('k', 'two', absent)).toEqual({ kind: 'precondition-failed' });
        expect(done(await store.get('k'))).toEqual({ text: 'one', etag });
      });

      test('over the text that one has seen happens, over any other does not', async () => {
        const { store } = await makeIt();
        const first = etagOf(await store.put('k', 'one', absent));
        const second = etagOf(await store.put('k', 'two', { etag: first }));
        expect(second).not.toBe(first);
        expect(await store.put('k', 'three', { etag: first })).toEqual({ kind: 'precondition-failed' });
        expect(done(await store.get('k'))).toEqual({ text: 'two', etag: second });
        expect(etagOf(await store.put('k', 'three', { etag: second }))).not.toBe(second);
      });

      test('AWS 23: over what is not there says so', async () => {
        const { store } = await makeIt();
        const etag = etagOf(await store.put('other', 'one', absent));
        expect(await store.put('k', 'two', { etag })).toEqual({ kind: 'missing' });
        expect(done(await store.get('k'))).toBeUndefined();
      });

      test('of many at the same time is won by one', async () => {
        const { store } = await makeIt();
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, at) => store.put('k', `by ${at}`, absent)),
        );
        const winners = outcomes.flatMap((one, at) => (one.kind === 'stored' ? [at] : []));
        expect(winners).toHaveLength(1);
        expect(
          outcomes.filter(({ kind }) => kind === 'precondition-failed' || kind === 'conflict'),
        ).toHaveLength(19);
        expect(await textAt(store, 'k')).toBe(`by ${winners[0]}`);
      });
    });

    test('a text comes back as it was written', async () => {
      const { store } = await makeIt();
      let count = 0;
      const text = fc.oneof(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
        fc.constantFrom('\uFEFFx', '\r\n', '\0', 'x'.repeat(100_000)),
      );
      await fc.assert(
        fc.asyncProperty(text, async (one) => {
          count += 1;
          etagOf(await store.put(`k${count}`, one, absent));
          expect(await textAt(store, `k${count}`)).toBe(one);
        }),
        { numRuns: 40 },
      );
    });

    describe('what an answer means', () => {
      const error = (code: string, status: number, afterEffect = false): Fault => ({
        kind: 'error',
        code,
        status,
        message: 'a fault',
        afterEffect,
      });

      needing('faults').each<[string, Fault, string, string | undefined]>([
        ['409', error('ConditionalRequestConflict', 409), 'conflict', undefined],
        ['409, though it happened', error('ConditionalRequestConflict', 409, true), 'conflict', 'one'],
        ['412', error('PreconditionFailed', 412), 'precondition-failed', undefined],
        ['500', error('InternalError', 500), 'unknown', undefined],
        ['500, though it happened', error('InternalError', 500, true), 'unknown', 'one'],
        ['503', error('SlowDown', 503), 'unknown', undefined],
        ['403', error('AccessDenied', 403), 'refused', undefined],
        ['400', error('InvalidRequest', 400), 'refused', undefined],
        ['a broken connection before', { kind: 'reset-before' }, 'unknown', undefined],
        ['a broken connection after', { kind: 'reset-after' }, 'unknown', 'one'],
      ])('%s', async (_, fault, kind, there) => {
        const { store } = await makeIt({ faults: [{ operation: 's3:PutObject', fault }] });
        const outcome = await store.put('k', 'one', absent);
        expect(outcome.kind).toBe(kind);
        if (outcome.kind === 'unknown' || outcome.kind === 'refused')
          expect(outcome.failure).toMatchObject({ code: 'cloud', operation: 's3:PutObject' });
        expect(await textAt(store, 'k')).toBe(there);
        const again = await store.put('k', 'two', absent);
        expect(again.kind).toBe(there === undefined ? 'stored' : 'precondition-failed');
      });

      needing('faults')('one attempt is one attempt', async () => {
        const faults = [{ operation: 's3:PutObject', fault: error('InternalError', 500) }];
        const { store } = await makeIt({ faults });
        expect((await store.put('k', 'one', absent)).kind).toBe('unknown');
        expect((await store.put('k', 'one', absent)).kind).toBe('stored');
      });

      test('no bucket is a refusal, not an absent object', async () => {
        const { withoutBucket } = await makeIt();
        const { store } = withoutBucket();
        for (const condition of [absent, { etag: '"x"' }])
          expect(await store.put('k', 'one', condition)).toMatchObject({
            kind: 'refused',
            failure: { awsCode: 'NoSuchBucket', nature: 'refused' },
          });
        expect(refusal(await store.get('k'))).toBe('refused NoSuchBucket');
        expect(refusal(await store.list(''))).toBe('refused NoSuchBucket');
      });
    });

    describe('a copy', () => {
      test('has the same bytes, whatever the keys, and leaves what was copied', async () => {
        const { store } = await makeIt();
        const text = '\uFEFFä \0\r\n';
        for (const [at, key] of ['k', 'a/ü +?#%&=*.json', 'a/<&>"\'', 'a/%2F'].entries()) {
          const etag = etagOf(await store.put(key, text, absent));
          done(await store.copy(key, etag, `${key}.copy-${at}`));
          expect(done(await store.get(`${key}.copy-${at}`))).toEqual({ text, etag });
          expect(done(await store.get(key))).toEqual({ text, etag });
        }
        expect(done(await store.list(''))).toHaveLength(8);
      });

      needing('conditional copies')(
        'of what has another ETag by now is refused, and nothing is written',
        async () => {
          const { store } = await makeIt();
          const first = etagOf(await store.put('k', 'one', absent));
          etagOf(await store.put('k', 'two', { etag: first }));
          etagOf(await store.put('there', 'three', absent));
          expect(refusal(await store.copy('k', first, 'none'))).toBe('refused PreconditionFailed');
          expect(refusal(await store.copy('k', first, 'there'))).toBe('refused PreconditionFailed');
          expect(done(await store.list(''))).toEqual(['k', 'there']);
          expect(await textAt(store, 'there')).toBe('three');
        },
      );

      test('of what is not there is refused', async () => {
        const { store, withoutBucket } = await makeIt();
        const etag = etagOf(await store.put('there', 'one', absent));
        expect(refusal(await store.copy('k', etag, 'there'))).toBe('refused NoSuchKey');
        expect(await textAt(store, 'there')).toBe('one');
        expect(refusal(await withoutBucket().store.copy('there', etag, 'k'))).toBe('refused NoSuchBucket');
      });

      test('replaces what is there, and may be made twice', async () => {
        const { store } = await makeIt();
        const etag = etagOf(await store.put('k', 'one', absent));
        etagOf(await store.put('there', 'two', absent));
        for (let time = 0; time < 2; time += 1) {
          done(await store.copy('k', etag, 'there'));
          expect(done(await store.get('there'))).toEqual({ text: 'one', etag });
        }
      });

      needing('faults')('whose answer is lost is made all the same', async () => {
        const { store } = await makeIt({
          faults: [{ operation: 's3:CopyObject', fault: { kind: 'reset-after' } }],
        });
        const etag = etagOf(await store.put('k', 'one', absent));
        done(await store.copy('k', etag, 'copy'));
        expect(done(await store.get('copy'))).toEqual({ text: 'one', etag });
      });
    });

    test('what is larger than 64 MiB is not read, but has its ETag, and can be copied', async () => {
      const { store } = await makeIt();
      const etag = etagOf(await store.put('k', 'x'.repeat(64 * 1024 * 1024 + 1), absent));
      expect(done(await store.get('k'))).toEqual({ text: null, etag });
      done(await store.copy('k', etag, 'copy'));
      expect(done(await store.getOnce('copy'))).toEqual({ text: null, etag });
    });

    describe('a part', () => {
      const textOf = async (store: ObjectStore, from: number, count: number): Promise<unknown> => {
        const part = done(await store.part('k', from, count));
        return part && [Buffer.from(part.bytes).toString(), part.size];
      };

      test('is what was asked for, counted from either end, as far as there is something', async () => {
        const { store } = await makeIt();
        etagOf(await store.put('k', '0123456789', absent));
        expect(await textOf(store, 0, 4)).toEqual(['0123', 10]);
        expect(await textOf(store, 8, 4)).toEqual(['89', 10]);
        expect(await textOf(store, 0, 1000)).toEqual(['0123456789', 10]);
        expect(await textOf(store, -3, 1000)).toEqual(['789', 10]);
        expect(await textOf(store, -1000, 1000)).toEqual(['0123456789', 10]);
        expect(await textOf(store, 10, 4)).toEqual(['', 10]);
        expect(await textOf(store, 4000, 4)).toEqual(['', 10]);
      });

      test('of an empty object is empty, and there is none of what is not there', async () => {
        const { store, withoutBucket } = await makeIt();
        etagOf(await store.put('k', '', absent));
        expect(await textOf(store, 0, 4)).toEqual(['', 0]);
        expect(await textOf(store, -4, 4)).toEqual(['', 0]);
        expect(done(await store.part('other', 0, 4))).toBeUndefined();
        expect(refusal(await withoutBucket().store.part('k', 0, 4))).toBe('refused NoSuchBucket');
      });

      test('is of bytes, and says when the object was written', async () => {
        const { store, now, step } = await makeIt();
        const before = now();
        etagOf(await store.put('k', 'aäb', absent));
        const after = now();
        step(2000);
        const part = done(await store.part('k', 2, 1));
        expect([...(part?.bytes ?? [])]).toEqual([0xa4]);
        // S3 gives whole seconds.
        expect(Number(part?.modifiedAt)).toBeGreaterThan(before - 1000);
        expect(Number(part?.modifiedAt)).toBeLessThanOrEqual(after);
      });
    });

    describe('a list', () => {
      test('has the keys that begin so, in code-unit order', async () => {
        const { store } = await makeIt();
        const keys = ['a/2', 'a/10', 'a/B', 'a/ä', 'a', 'ab', 'a/b/c', 'b', 'a/ +?#%&=*.json', 'a/<&>"\''];
        for (const key of keys) etagOf(await store.put(key, key, absent));
        expect(done(await store.list('a/'))).toEqual([
          'a/ +?#%&=*.json',
          'a/10',
          'a/2',
          'a/<&>"\'',
          'a/B',
          'a/b/c',
          'a/ä',
        ]);
        expect(done(await store.list(''))).toHaveLength(keys.length);
        expect(done(await store.list('c'))).toEqual([]);
        for (const key of keys) expect(await textAt(store, key)).toBe(key);
      });

      test('is whole where it takes more than a page', async () => {
        const { store } = await makeIt();
        const keys = Array.from({ length: 1003 }, (_, at) => `k/${String(at).padStart(4, '0')}`);
        for (let at = 0; at < keys.length; at += 50)
          await Promise.all(
            keys.slice(at, at + 50).map(async (key) => etagOf(await store.put(key, 'x', absent))),
          );
        expect(done(await store.list('k/'))).toEqual(keys);
      });
    });
  });
}
