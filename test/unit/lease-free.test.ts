/** A lease that somebody has let go of: whether there is still a reason to have it, and what is found in it. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseBody } from '../../src/cache/lease-body.ts';
import {
  type Acquiring,
  acquires,
  draftOf,
  fails,
  holderOf,
  journal,
  OneKey,
  takes,
  timeOut,
} from './lease-rig.ts';

const broken = { buildId: 'b-1', step: 'package gcc', exitCode: 3, status: 'Failed' };
const bob = (change: Partial<LeaseBody> = {}) => draftOf('bob', { token: 4, ...change });
const free = (change: Partial<LeaseBody> = {}) => bob({ state: 'free', ...change });

let key: OneKey;
let ada: Acquiring;

beforeEach(() => {
  key = new OneKey();
  ada = acquires(key);
});

describe('where somebody has had it since', () => {
  let before: LeaseBody | undefined;

  beforeEach(() => {
    key.lay('bob-9', free());
    before = key.body;
    ada.get();
  });

  test('it is taken where it is still needed', () => {
    ada.needed(true);
    takes(ada, key, { token: 5 });
  });

  test('it is left as it is where it is not', () => {
    ada.needed(false);
    fails(ada, { code: 'not-needed' });
    expect(key.body).toEqual(before);
  });

  test('it is left as it is by who was interrupted and cannot tell', () => {
    ada.interrupted = true;
    ada.needed(false);
    fails(ada, { code: 'interrupted' });
    expect(key.body).toEqual(before);
  });

  test('and who is faster has it, however long the answer took', () => {
    key.lay('cy-1', draftOf('cy', { token: 5 }));
    ada.needed(true, 600_000).put().get().get();
    expect(ada.asked).toMatchObject({ kind: 'watch', by: { nonce: 'cy-1' } });
    expect(key.body?.nonce).toBe('cy-1');
  });

  test('it is asked anew where another has been faster and let go too', () => {
    ada.needed(true);
    key.lay('cy-1', draftOf('cy', { state: 'free', token: 5 }));
    ada.put().get().get().needed(false);
    fails(ada, { code: 'not-needed' });
    expect(key.body?.nonce).toBe('cy-1');
  });

  test('time for the write runs from that answer', () => {
    ada.needed(true, 600_000).put('gone', 39_999).get().pause(1).put('gone').get();
    fails(ada, timeOut);
  });
});

test('what was watched until it was let go of is asked for too', () => {
  key.lay('bob-1', bob({ journal }));
  ada.get().watch();
  key.lay('bob-9', free());
  ada.get().needed(false);
  fails(ada, { code: 'not-needed' });
  expect(key.body?.nonce).toBe('bob-9');
});

test.each([3, 0])(
  'with a higher token than %d it is asked whether it is needed, and gets the next',
  (above) => {
    key.lay('bob-9', free());
    ada = acquires(key, { above });
    ada.get().needed(true);
    takes(ada, key, { token: 5 });
  },
);

test.each([
  [4, 5],
  [5, 6],
  [90, 91],
])(
  'with no higher token than %d it is asked too: the manifest may have been read after the images; taken as %d',
  (above, token) => {
    key.lay('bob-9', free());
    ada = acquires(key, { above });
    ada.get().needed(true);
    takes(ada, key, { token });
  },
);

test('what a holder that died has left is taken over unasked', () => {
  key.lay('bob-1', bob());
  ada.get().watch(90_000).get();
  takes(ada, key, { token: 5 });
});

describe('an image that may still come to be', () => {
  test.each([0, 4, 90])('is handed on, and taken unasked; above: %d', (above) => {
    key.lay('bob-9', free({ journal }));
    ada = acquires(key, { above });
    ada.get();
    takes(ada, key, { token: Math.max(4, above) + 1, journal });
  });

  test('is handed on without the word that the template does not work', () => {
    key.lay('bob-9', free({ journal, broken }));
    ada.get();
    takes(ada, key, { token: 5, journal, broken: null });
  });
});

describe('that the template does not work', () => {
  const freed = { ...free({ broken }), nonce: 'bob-9' };

  test.each([true, false])('is told to who watched the holder that found it; wait: %j', (wait) => {
    key.lay('bob-1', bob());
    ada = acquires(key, { wait });
    ada.get().watch();
    key.lay('bob-9', freed);
    ada.get();
    fails(ada, { code: 'broken', holder: holderOf('bob'), step: broken });
  });

  test('is not told to who came later: it tries', () => {
    key.lay('bob-9', freed);
    ada.get().needed(true);
    takes(ada, key, { token: 5 });
  });

  test('is not told to who watched a holder before that one: it tries', () => {
    key.lay('cy-1', draftOf('cy', { token: 3 }));
    ada.get().watch();
    key.lay('bob-9', freed);
    ada.get().needed(true);
    takes(ada, key, { token: 5 });
  });

  test('is told of the last holder that was watched, whoever was before', () => {
    key.lay('cy-1', draftOf('cy', { token: 3 }));
    ada.get().watch();
    key.lay('bob-1', bob());
    ada.get().watch();
    key.lay('bob-9', freed);
    ada.get();
    fails(ada, { code: 'broken', holder: holderOf('bob'), step: broken });
  });

  test('is not told where the holder did not say so: it takes its turn', () => {
    key.lay('bob-1', bob());
    ada.get().watch();
    key.lay('bob-9', { ...freed, broken: null });
    ada.get().needed(true);
    takes(ada, key, { token: 5 });
  });
});
