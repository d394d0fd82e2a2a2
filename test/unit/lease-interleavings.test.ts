/** Every order in which runs can use one lease, with every end that a write can have: no two ever hold it. */
import { expect, test } from 'vitest';
import { explore, type Explored } from './lease-interleavings.ts';
import type { Life } from './lease-lives.ts';
import { draftOf, journal } from './lease-rig.ts';

const acquires = (user: string, change: Partial<Life> = {}): Life => ({
  user,
  holds: false,
  renewals: 0,
  frees: undefined,
  watches: 1,
  heartbeats: 0,
  blindLooks: 0,
  unsureWrites: Infinity,
  ...change,
});
const holds = (user: string, change: Partial<Life> = {}): Life =>
  acquires(user, { holds: true, renewals: 1, ...change });
const free = { nonce: 'before', draft: draftOf('before', { state: 'free', token: 3 }) };
const unfinished = { nonce: 'before', draft: { ...free.draft, journal } };

interface Case {
  readonly lives: readonly Life[];
  readonly standing?: NonNullable<Parameters<typeof explore>[1]>;
  /** So many at least, lest less is tried without anybody noticing. */
  readonly atLeast: Omit<Explored, 'wrong'>;
}

test.each<[string, Case]>([
  [
    'two where there is nothing, who take it over from each other',
    {
      lives: [acquires('ada'), acquires('bob')],
      atLeast: { worlds: 120_000, schedules: 5e7, mostBelievers: 2, declined: 0 },
    },
  ],
  [
    'three where it is free, of whom none waits',
    {
      lives: ['ada', 'bob', 'cy'].map((user) => acquires(user, { watches: 0 })),
      standing: free,
      atLeast: { worlds: 90_000, schedules: 2e9, mostBelievers: 1, declined: 5500 },
    },
  ],
  [
    'a holder that renews or dies, and one that takes over, where looks stay without an answer too',
    {
      lives: [holds('cy', { blindLooks: 1 }), acquires('ada', { blindLooks: 1 })],
      atLeast: { worlds: 12_000, schedules: 4e5, mostBelievers: 2, declined: 0 },
    },
  ],
  [
    'a holder that writes or dies, and two that wait, of whom one sees heartbeats or none, whatever was written',
    {
      lives: [
        holds('cy'),
        acquires('ada', { watches: 3, heartbeats: 2, unsureWrites: 1 }),
        acquires('bob', { unsureWrites: 0 }),
      ],
      atLeast: { worlds: 250_000, schedules: 5e8, mostBelievers: 3, declined: 0 },
    },
  ],
  [
    'a holder that renews or dies, and two that want to take over',
    {
      lives: [holds('cy'), acquires('ada'), acquires('bob')],
      atLeast: { worlds: 330_000, schedules: 4e9, mostBelievers: 3, declined: 0 },
    },
  ],
  [
    'a holder that renews and lets go, and one that may find that it is not needed',
    {
      lives: [holds('cy', { frees: null, unsureWrites: 2 }), acquires('ada', { unsureWrites: 1 })],
      atLeast: { worlds: 20_000, schedules: 4e5, mostBelievers: 2, declined: 1800 },
    },
  ],
  [
    'a holder that lets go, and two that may find that it is not needed',
    {
      lives: [
        holds('cy', { frees: null, renewals: 0, unsureWrites: 1 }),
        acquires('ada', { unsureWrites: 1 }),
        acquires('bob', { unsureWrites: 0 }),
      ],
      atLeast: { worlds: 21_000, schedules: 2e7, mostBelievers: 2, declined: 2900 },
    },
  ],
  [
    'a holder that leaves what may still come to be, and two that want it, of whom one lets go too',
    {
      lives: [
        holds('cy', { frees: journal, renewals: 0, unsureWrites: 1 }),
        acquires('ada', { frees: null, watches: 0, unsureWrites: 1 }),
        acquires('bob', { watches: 0, unsureWrites: 1 }),
      ],
      atLeast: { worlds: 28_000, schedules: 1e6, mostBelievers: 1, declined: 2400 },
    },
  ],
  [
    'two where what may still come to be was left, who take it from each other and let go',
    {
      lives: [
        acquires('ada', { frees: journal, unsureWrites: 1 }),
        acquires('bob', { frees: null, unsureWrites: 1 }),
      ],
      standing: unfinished,
      atLeast: { worlds: 23_000, schedules: 3e5, mostBelievers: 0, declined: 850 },
    },
  ],
])('%s', (what, { lives, standing, atLeast }) => {
  const { wrong, ...explored } = explore(lives, standing);
  console.log(
    `${what}: ${explored.worlds} states, ${explored.schedules} schedules, ${explored.declined} declined`,
  );
  expect(wrong).toBe(undefined);
  expect(explored.mostBelievers).toBe(atLeast.mostBelievers);
  expect(explored.worlds).toBeGreaterThanOrEqual(atLeast.worlds);
  expect(explored.declined).toBeGreaterThanOrEqual(atLeast.declined);
  expect(explored.schedules).toBeGreaterThanOrEqual(atLeast.schedules);
});
