/** One write of a lease: what each answer to it means, and what is done about it. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Written, writing } from '../../src/cache/lease-protocol.ts';
import type { Precondition } from '../../src/ports/object-store.ts';
import { draftOf, Hand, OneKey, refusal, timeOut } from './lease-rig.ts';

const deadline = 40_000;
const contested = {
  code: 'cloud',
  awsCode: 'ConditionalRequestConflict',
  operation: 's3:PutObject',
  message: 'the lease could not be written: every attempt met another writer',
  nature: 'unknown',
};

let key: OneKey;
let precondition: Precondition;
let ada: Hand<Written>;

const writes = (given: Precondition): Hand<Written> =>
  new Hand(
    'ada',
    key,
    writing({ draft: draftOf('ada', { token: 7 }), precondition: given, deadline: () => deadline }),
  );

beforeEach(() => {
  key = new OneKey();
  precondition = { etag: key.lay('before', draftOf('ada', { token: 7 })) };
  ada = writes(precondition);
});

const bobWrites = (): string => key.lay('bob-1', draftOf('bob', { token: 8 }));

describe('it is held, since the attempt that counts was sent', () => {
  test.each<[string, () => unknown, nonce: string, since: number]>([
    ['after a yes', () => ada.put('answered', 30), 'ada-1', 0],
    ['AWS 21: after a 412 where our own nonce stands', () => ada.put('twice', 30).get(), 'ada-1', 0],
    ['after a time-out that came after the effect', () => ada.put('silent', 30).get(), 'ada-1', 0],
    [
      'after a time-out that came before the effect',
      () => ada.put('gone', 30).get('answered', 5).pause().put('answered', 30),
      'ada-2',
      135,
    ],
    [
      'after the second time-out, which came after the effect',
      () => ada.put('gone', 30).get('answered', 5).pause().put('silent', 30).get(),
      'ada-2',
      135,
    ],
    [
      'AWS 21: after a 409',
      () => ada.put('conflict', 30).get('answered', 5).pause().put('answered', 30),
      'ada-2',
      135,
    ],
    [
      'after an attempt that arrives before the next',
      () => {
        ada.put('late', 30).get().pause();
        ada.arrive();
        ada.put('answered', 30).get();
      },
      'ada-1',
      0,
    ],
    [
      'after an attempt that arrives behind the next that is lost',
      () => {
        ada.put('late', 30).get().pause().put('gone', 30);
        ada.arrive();
        ada.get();
      },
      'ada-1',
      0,
    ],
    [
      'after an effect that could not be read back at first',
      () => ada.put('silent', 30).get('gone', 30).pause().put('answered', 30).get(),
      'ada-1',
      0,
    ],
    [
      'after an effect that is read back when the time is over',
      () => ada.put('silent', deadline).get(),
      'ada-1',
      0,
    ],
  ])('%s', (_, story, nonce, since) => {
    story();
    expect(key.body).toEqual({ ...draftOf('ada', { token: 7 }), nonce });
    expect(ada.outcome).toEqual({ kind: 'held', etag: key.stored?.etag, since });
  });

  test('an attempt that arrives after the next was stored changes nothing', () => {
    ada.put('late').get().pause().put();
    expect(ada.arrive()).toEqual({ kind: 'precondition-failed' });
    expect(ada.outcome).toEqual({ kind: 'held', etag: key.stored?.etag, since: 100 });
  });
});

test.each(['gone', 'conflict'] as const)('after %s, the same is asked for again', (fate) => {
  const first = ada.asked;
  expect(first).toEqual({ kind: 'put', draft: draftOf('ada', { token: 7 }), precondition });
  ada.put(fate).get().pause();
  expect(ada.asked).toEqual(first);
});

describe('it is lost', () => {
  const bob = { ...draftOf('bob', { token: 8 }), nonce: 'bob-1' };
  test.each<[string, () => unknown, by: typeof bob | undefined]>([
    [
      'after a 412 where another nonce stands',
      () => {
        bobWrites();
        ada.put().get();
      },
      bob,
    ],
    [
      'after a 412 to who expected nothing there',
      () => {
        bobWrites();
        ada = writes({ absent: true });
        ada.put().get();
      },
      bob,
    ],
    [
      'after a time-out, where another has written since',
      () => {
        ada.put('gone');
        bobWrites();
        ada.get();
      },
      bob,
    ],
    [
      'after its own effect, where another has written since',
      () => {
        ada.put('silent');
        bobWrites();
        ada.get();
      },
      bob,
    ],
    [
      'after a 404',
      () => {
        key.stored = undefined;
        ada.put().get();
      },
      undefined,
    ],
    [
      'to what is no lease',
      () => {
        key.place('{}');
        ada.put().get();
      },
      undefined,
    ],
    [
      'to what is too large to be one',
      () => {
        key.stored = { text: null, etag: 'large' };
        ada.put().get();
      },
      undefined,
    ],
  ])('%s', (_, story, by) => {
    story();
    expect(ada.outcome).toEqual({ kind: 'lost', by, etag: key.stored?.etag });
  });
});

describe('it has failed', () => {
  test('at once where it is refused', () => {
    ada.put('refused');
    expect(ada.outcome).toEqual({ kind: 'failed', failure: refusal });
  });

  test.each([
    ['time-outs', 'gone', 'answered', timeOut],
    ['time-outs that cannot be read back', 'silent', 'gone', timeOut],
    ['conflicts', 'conflict', 'answered', contested],
    ['conflicts that cannot be read back', 'conflict', 'gone', contested],
  ] as const)('after %s until its deadline, and not before', (_, fate, read, failure) => {
    ada
      .put(fate)
      .get(read, deadline - 2)
      .pause(1)
      .put(fate)
      .get(read);
    expect([ada.at, ada.outcome]).toEqual([deadline - 1, undefined]);
    ada.pause(1).put(fate).get(read);
    expect([ada.at, ada.outcome]).toEqual([40_000, { kind: 'failed', failure }]);
  });

  test('after one attempt where the deadline has passed before', () => {
    ada.at = deadline + 1;
    ada.put('gone').get();
    expect(ada.outcome).toEqual({ kind: 'failed', failure: timeOut });
  });

  test('after 412s that cannot be read back, with no word of who wrote', () => {
    bobWrites();
    ada.put().get('gone', deadline);
    expect(ada.outcome).toEqual({ kind: 'failed', failure: contested });
  });
});
