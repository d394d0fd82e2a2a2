/** The words that name a lease, and what is said of one that has changed meanwhile. */
import { describe, expect, test } from 'vitest';
import { type HeldLease, meantLease } from '../../src/cache/leases.ts';
import type { LeaseBody } from '../../src/cache/lease-body.ts';
import type { Digest } from '../../src/core/ids.ts';
import { changedText, notMeant } from '../../src/report/leases.ts';
import { draftOf } from './lease-rig.ts';

const body: LeaseBody = { ...draftOf('ada'), nonce: 'n' };

describe('which lease a word means', () => {
  const lease = (beginning: string, template: string | null): HeldLease => ({
    key: `p/leases/r/${beginning.padEnd(64, '0')}.json`,
    digest: beginning.padEnd(64, '0') as Digest,
    etag: 'e',
    body: { ...body, journal: template === null ? null : ({ template } as LeaseBody['journal']) },
  });
  const [gromacs, other, nameless] = [
    lease('abcd1', 'md/gromacs'),
    lease('abcd2', 'cafe'),
    lease('cafe', null),
  ];
  const leases = { held: [gromacs, other, nameless], free: [lease('abcd3', null), lease('ffff', null)] };

  test.each([
    ['md/gromacs', gromacs],
    ['abcd2', other],
    [nameless.digest, nameless],
    [gromacs.key, gromacs],
  ])('%s', (word, meant) => {
    expect(meantLease(word, leases)).toEqual({ kind: 'held', lease: meant });
  });

  test.each([
    ['abcd', { kind: 'ambiguous', leases: [gromacs, other] }],
    ['cafe', { kind: 'ambiguous', leases: [other, nameless] }],
    ['ffff', { kind: 'free', keys: [leases.free[1]?.key] }],
    ['abc', { kind: 'unknown' }],
    ['ABCD1', { kind: 'unknown' }],
    ['gromacs', { kind: 'unknown' }],
  ])('%s', (word, meant) => {
    expect(meantLease(word, leases)).toEqual(meant);
  });

  test('an ambiguous word is answered with those that it fits', () => {
    const meant = { kind: 'ambiguous', leases: [other, nameless] } as const;
    expect(notMeant('cafe', meant, leases.held, 'us-west-2')).toEqual({
      message: '"cafe" fits 2 leases that are held in us-west-2',
      cure: 'say more of the digest of one of them: cafe (abcd200000000000), an image (cafe000000000000)',
    });
  });

  test.each([
    [{ ...body, state: 'free' as const }, 'it was let go of meanwhile: nobody holds it\n'],
    [body, 'its holder has been heard of meanwhile: it is alive; ask again if you mean it\n'],
    [
      { ...body, holder: { run: 'x', host: 'ci', user: 'eve\u001B[2J' } },
      'it was taken over by eve[2J@ci meanwhile; ask again if you mean that one\n',
    ],
  ])('what stands there instead', (by, text) => {
    expect(changedText(gromacs, by)).toBe(text);
  });
});
