/** Every order in which runs can use one lease, with every end that a write can have: no two ever hold it. */
import { expect, test } from 'vitest';
import { explore, type Explored, type Life } from './lease-interleavings.ts';
import { draftOf } from './lease-rig.ts';

const acquires = (user: string, change: Partial<Life> = {}): Life => ({
  user,
  holds: false,
  renewals: 0,
  watches: 1,
  blindLooks: 0,
  ...change,
});
const holds = (user: string, change: Partial<Life> = {}): Life =>
  acquires(user, { holds: true, renewals: 1, ...change });
const free = { nonce: 'before', draft: draftOf('before', { state: 'free', token: 3 }) };

interface Case {
  readonly lives: readonly Life[];
  readonly standing?: typeof free;
  /** So many at least, lest less is tried without anybody noticing. */
  readonly atLeast: Omit<Explored, 'wrong'>;
}

test.each<[string, Case]>([
  [
    'two where there is nothing, who take it over from each other',
    {
      lives: [acquires('ada'), acquires('bob')],
      atLeast: { worlds: 120_000, schedules: 5e7, mostBelievers: 2 },
    },
  ],
  [
    'three where it is free, of whom none waits',
    {
      lives: ['ada', 'bob', 'cy'].map((user) => acquires(user, { watches: 0 })),
      standing: free,
      atLeast: { worlds: 90_000, schedules: 2e9, mostBelievers: 1 },
    },
  ],
  [
    'a holder that renews or dies, and one that takes over, where looks stay without an answer too',
    {
      lives: [holds('cy', { blindLooks: 1 }), acquires('ada', { blindLooks: 1 })],
      atLeast: { worlds: 12_000, schedules: 4e5, mostBelievers: 2 },
    },
  ],
  [
    'a holder that renews or dies, and two that want to take over',
    {
      lives: [holds('cy'), acquires('ada'), acquires('bob')],
      atLeast: { worlds: 330_000, schedules: 4e9, mostBelievers: 3 },
    },
  ],
])('%s', (what, { lives, standing, atLeast }) => {
  const { wrong, ...explored } = explore(lives, standing);
  console.log(`${what}: ${explored.worlds} states, ${explored.schedules} schedules`);
  expect(wrong).toBe(undefined);
  expect(explored.mostBelievers).toBe(atLeast.mostBelievers);
  expect(explored.worlds).toBeGreaterThanOrEqual(atLeast.worlds);
  expect(explored.schedules).toBeGreaterThanOrEqual(atLeast.schedules);
});
