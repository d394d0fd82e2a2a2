/** The protocols that look at a lease from outside, answered by hand. */
import { describe, expect, test } from 'vitest';
import { type LeaseBody, leaseText } from '../../src/cache/lease-body.ts';
import { taking } from '../../src/cache/lease-protocol.ts';
import type { Answer } from '../../src/cache/lease-requests.ts';
import { observing } from '../../src/cache/lease-watch.ts';
import type { CloudFailure } from '../../src/core/failure.ts';
import { fail, ok } from '../../src/core/result.ts';

const body: LeaseBody = {
  version: 2,
  state: 'held',
  token: 4,
  nonce: 'n',
  ttlMs: 60_000,
  holder: { run: 'r', host: 'build-7', user: 'ada' },
  since: '2026-11-23T04:12:00Z',
  journal: null,
  broken: null,
};
const away: CloudFailure = {
  code: 'cloud',
  awsCode: 'ServiceUnavailable',
  operation: 's3:GetObject',
  message: 'away',
  nature: 'unknown',
};

type Look =
  | {
      readonly etag: string;
      readonly body: LeaseBody;
      readonly heartbeat?: string | CloudFailure;
      readonly afterMs?: number;
    }
  | 'absent'
  | 'garbage'
  | CloudFailure;

/** Looks at these times, in seconds; what the protocol came to, and how many looks it took. */
function observed(looks: readonly (readonly [number, Look])[]): { outcome: unknown; looks: number } {
  const protocol = observing();
  let next = protocol.next();
  for (const [count, [seconds, look]] of looks.entries()) {
    const result =
      look === 'absent'
        ? ok(undefined)
        : look === 'garbage'
          ? ok({ etag: 'g', text: '{}' })
          : 'code' in look
            ? fail(look)
            : ok({ etag: look.etag, text: leaseText(look.body) });
    const at = seconds * 1000;
    next = protocol.next({ kind: 'get', result, at, interrupted: false });
    if (next.done !== true && next.value.kind === 'heartbeat') {
      const heartbeat = typeof look === 'object' && 'heartbeat' in look ? look.heartbeat : undefined;
      const seen = typeof heartbeat === 'object' ? fail(heartbeat) : ok(heartbeat);
      const afterMs = typeof look === 'object' && 'afterMs' in look ? (look.afterMs ?? 0) : 0;
      next = protocol.next({ kind: 'heartbeat', result: seen, at: at + afterMs, interrupted: false });
    }
    if (next.done === true) return { outcome: next.value, looks: count + 1 };
    next = protocol.next({ kind: 'watch', at, interrupted: false });
  }
  return { outcome: undefined, looks: looks.length };
}

const held = { etag: 'e1', body };
const beating = (heartbeat: string | CloudFailure) => ({ ...held, heartbeat });
const free = { etag: 'e2', body: { ...body, state: 'free' as const } };

describe('observing', () => {
  test.each<[string, readonly (readonly [number, Look])[], object, number]>([
    ['no object', [[0, 'absent']], { kind: 'free', standing: { etag: undefined } }, 1],
    ['a free one', [[0, free]], { kind: 'free', standing: { etag: 'e2' } }, 1],
    ['no lease', [[0, 'garbage']], { kind: 'unreadable' }, 1],
    [
      'not written for 90 s',
      [
        [5, held],
        [94, held],
        [95, held],
      ],
      { kind: 'dead', standing: { etag: 'e1', body } },
      3,
    ],
    [
      'written at last',
      [
        [0, held],
        [89, held],
        [99, { etag: 'e3', body }],
      ],
      { kind: 'alive', by: body },
      3,
    ],
    [
      'with a new heartbeat',
      [
        [0, beating('b1')],
        [89, beating('b1')],
        [99, beating('b2')],
      ],
      { kind: 'alive', by: body },
      3,
    ],
    [
      'with its first heartbeat',
      [
        [0, held],
        [40, beating('b1')],
      ],
      { kind: 'alive', by: body },
      2,
    ],
    [
      'whose heartbeat somebody has removed',
      [
        [0, beating('b1')],
        [40, held],
        [90, held],
      ],
      { kind: 'dead' },
      3,
    ],
    [
      'whose heartbeat cannot be seen now and then',
      [
        [0, beating('b1')],
        [10, beating(away)],
        [100, beating('b1')],
      ],
      { kind: 'dead' },
      3,
    ],
    [
      'whose heartbeat is never seen',
      [
        [0, beating(away)],
        [120, beating(away)],
        [121, beating(away)],
      ],
      { kind: 'failed', failure: away },
      3,
    ],
    [
      'whose heartbeat is seen late at first',
      [
        [0, { ...beating('b1'), afterMs: 20_000 }],
        [109, beating('b1')],
        [110, beating('b1')],
      ],
      { kind: 'dead' },
      3,
    ],
    [
      'whose heartbeat is seen late at last',
      [
        [0, beating('b1')],
        [89, { ...beating('b1'), afterMs: 20_000 }],
        [110, beating('b2')],
      ],
      { kind: 'alive' },
      3,
    ],
    [
      'whose heartbeat may not be seen',
      [[0, beating({ ...away, nature: 'refused' as const })]],
      { kind: 'failed', failure: { nature: 'refused' } },
      1,
    ],
    [
      'let go of meanwhile',
      [
        [0, held],
        [10, free],
      ],
      { kind: 'alive', by: { state: 'free' } },
      2,
    ],
    [
      'removed meanwhile',
      [
        [0, held],
        [10, 'absent'],
      ],
      { kind: 'alive', by: undefined },
      2,
    ],
    [
      'a bucket that is away now and then',
      [
        [0, away],
        [10, held],
        [60, away],
        [100, held],
      ],
      { kind: 'dead' },
      4,
    ],
    [
      'a bucket that stays away',
      [
        [0, held],
        [10, away],
        [131, away],
      ],
      { kind: 'failed', failure: away },
      3,
    ],
    [
      'a bucket that says no',
      [[0, { ...away, nature: 'refused' as const }]],
      { kind: 'failed', failure: { nature: 'refused' } },
      1,
    ],
  ])('%s', (_what, looks, outcome, count) => {
    expect(observed(looks)).toMatchObject({ outcome, looks: count });
  });
});

describe('taking', () => {
  const holding = { holder: { run: 's', host: 'desk', user: 'bob' }, ttlMs: 60_000, since: 'now' };
  const options = { holding, above: 6, seenAt: 0 };
  const journal = { buildId: 'b' } as LeaseBody['journal'];

  test('writes over what was seen, with a higher token, and keeps its journal', () => {
    const { value } = taking({ etag: 'e1', body: { ...body, journal } }, options).next();
    expect(value).toEqual({
      kind: 'put',
      draft: { version: 2, state: 'held', token: 7, journal, broken: null, ...holding },
      precondition: { etag: 'e1' },
    });
    const { value: first } = taking({ etag: undefined, body: undefined }, options).next();
    expect(first).toMatchObject({ precondition: { absent: true }, draft: { token: 7, journal: null } });
  });

  test.each<[string, Answer & { kind: 'get' }, object]>([
    ['its own', got('e9', { ...body, nonce: 'mine' }), { kind: 'held', etag: 'e9' }],
    ["another's", got('e8', body), { kind: 'lost', by: body }],
  ])('an answer that was lost is found out by reading back: %s', (_whose, read, written) => {
    const protocol = taking({ etag: 'e1', body }, options);
    protocol.next();
    const outcome = { kind: 'unknown', failure: away } as const;
    protocol.next({ kind: 'put', outcome, nonce: 'mine', sentAt: 0, at: 0, interrupted: false });
    expect(protocol.next(read)).toMatchObject({ done: true, value: written });
  });
});

function got(etag: string, there: LeaseBody): Answer & { kind: 'get' } {
  return { kind: 'get', result: ok({ etag, text: leaseText(there) }), at: 0, interrupted: false };
}
