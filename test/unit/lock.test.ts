/** amigraph.lock: its text, what is wrong with it, and which pin is whose. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLock, printLock } from '../../src/config/lock.ts';
import { findPin, type Pin, pinOf, scopeOf, withoutUnused, withPins } from '../../src/config/pins.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { imageId } from '../../src/core/ids.ts';
import { errorOf, placeOf, valueOf } from './rig.ts';

const pin = (base: string, more: Partial<Pin> = {}): Pin => ({
  provider: 'sandbox',
  region: 'us-east-1',
  base,
  image: imageId('ami-0123456789abcdef0'),
  pinnedAt: '2026-11-20T10:00:00Z',
  ...more,
});

const text = `{"version":1,"pins":[
  {"provider":"aws","region":"eu-west-1","base":"/b","image":"ami-0123456789abcdef0","pinnedAt":"2026-11-20T10:00:00Z"},
  {"provider":"sandbox","region":"us-east-1","base":"/a","image":"ami-0123456789abcdef0","pinnedAt":"2026-11-20T10:00:00Z"},
  {"provider":"sandbox","region":"us-east-1","base":"/b","image":"ami-0123456789abcdef0","pinnedAt":"2026-11-20T10:00:00Z"}
]}
`;
const pins = [pin('/a'), pin('/b'), pin('/b', { provider: 'aws', region: 'eu-west-1' })];

describe('the text', () => {
  test('has a pin a line, in the same order whatever the order of the pins', () => {
    expect(printLock(pins)).toBe(text);
    expect(printLock(pins.toReversed())).toBe(text);
    expect(printLock([])).toBe('{"version":1,"pins":[\n]}\n');
  });

  test('is read with the mark that some editors put before it', () => {
    expect(valueOf(parseLock(`\uFEFF${text}`))).toEqual(valueOf(parseLock(text)));
  });

  test('is read back as the same pins', () => {
    const word = fc.stringMatching(/^[^\0\r\n]+$/);
    const any = fc.record({
      provider: fc.constantFrom('sandbox' as const, 'aws' as const),
      region: word,
      base: word,
      image: fc.stringMatching(/^ami-[0-9a-f]{17}$/).map(imageId),
      pinnedAt: fc.constant('2026-11-20T10:00:00Z'),
    });
    const some = fc.uniqueArray(any, {
      selector: ({ provider, region, base }) => JSON.stringify([provider, region, base]),
    });
    fc.assert(
      fc.property(some, (all) => {
        const printed = printLock(all);
        expect(printLock(valueOf(parseLock(printed)))).toBe(printed);
      }),
    );
  });
});

const wrong = (changed: string): string[] =>
  errorOf(parseLock(changed)).map((one) => `${one.code} ${placeOf(one)}: ${one.message} (${one.cure})`);

describe('what is wrong with it is told with its line', () => {
  const syntax =
    'amigraph.lock is no JSON (mend it, take it back from git, or remove it and run amigraph update)';
  const anew = '(mend it, or take the line out and write it anew with amigraph update)';
  test.each([
    [
      'a merge conflict',
      /^ {2}\{"provider":"sandbox".*/m,
      '<<<<<<< HEAD\n$&\n=======\n$&\n>>>>>>> b',
      [
        'lock-conflict amigraph.lock:3:1: amigraph.lock holds a merge conflict (keep one line for each base and Region, and take the marks out; amigraph update pins what is then missing)',
      ],
    ],
    ['a broken line', '"base":"/a"', '"base":/a', [`lock-syntax amigraph.lock:3:3: ${syntax}`]],
    ['a missing comma', '},\n', '}\n', [`lock-syntax amigraph.lock:2:3: ${syntax}`]],
    ['a comma too many', '}\n]', '},\n]', [`lock-syntax amigraph.lock:4:3: ${syntax}`]],
    ['half a file', /"base":"\/b"[^]*/, '', [`lock-syntax amigraph.lock:2:3: ${syntax}`]],
    ['nothing', /[^]*/, '', [`lock-syntax amigraph.lock: ${syntax}`]],
    [
      'a wrong image',
      'ami-0123456789abcdef0","pinnedAt":"2026-11-20T10:00:00Z"}\n',
      'latest","pinnedAt":"2026-11-20T10:00:00Z"}\n',
      [`wrong-value amigraph.lock:4:58: pins[2].image must be like ami-0123456789abcdef0 ${anew}`],
    ],
    [
      'a missing key',
      '"region":"eu-west-1",',
      '',
      [`missing-key amigraph.lock:2:3: pins[0].region is missing ${anew}`],
    ],
    [
      'an unknown key',
      '"region":"eu-west-1"',
      '"regoin":"x","region":"eu-west-1"',
      ['unknown-key amigraph.lock:2:21: unknown key pins[0].regoin (did you mean region?)'],
    ],
    [
      'a base twice',
      '"base":"/a"',
      '"base":"/b"',
      ['lock-repeated amigraph.lock:4:3: amigraph.lock pins /b twice in us-east-1 (keep one of the lines)'],
    ],
    [
      'a newer version',
      '"version":1',
      '"version":2,"pinned":true',
      [
        'lock-newer amigraph.lock: amigraph.lock has version 2, and this amigraph knows 1 (use a newer amigraph)',
      ],
    ],
    [
      'an older version',
      '"version":1',
      '"version":0',
      [`wrong-value amigraph.lock: version must be 1, not the number 0 ${anew}`],
    ],
    ['a list', /[^]*/, '[]', [`wrong-value amigraph.lock: amigraph.lock must be a map, not a list ${anew}`]],
  ])('%s', (_what, from, to, says) => {
    expect(wrong(text.replace(from, to))).toEqual(says);
  });
});

describe('a pin', () => {
  const of = (env: Record<string, string>) =>
    scopeOf(resolveConfig('/w', { region: 'us-east-1', bucket: 'bucket' }, env, {}));

  test('is for what answers, and for one Region', () => {
    expect(of({})).toEqual({ provider: 'sandbox', region: 'us-east-1' });
    expect(of({ AMIGRAPH_PROVIDER: 'aws' })).toEqual({ provider: 'aws', region: 'us-east-1' });
    for (const url of ['http://127.0.0.1:4566', 'http://localstack:4566'])
      expect(of({ AMIGRAPH_PROVIDER: 'aws', AWS_ENDPOINT_URL: url })).toMatchObject({ provider: 'sandbox' });
    const scope = of({});
    expect(findPin(pins, scope, '/b')).toBe(pins[1]);
    expect(findPin(pins, { ...scope, region: 'eu-west-1' }, '/b')).toBeUndefined();
    expect(findPin(pins, { provider: 'aws', region: 'eu-west-1' }, '/b')).toBe(pins[2]);
  });

  test('takes the place of the one before it, and of no other', () => {
    const newer = pinOf(of({}), '/b', imageId('ami-00000000000000001'), Date.UTC(2026, 10, 23, 1, 2, 3, 4));
    expect(newer.pinnedAt).toBe('2026-11-23T01:02:03Z');
    expect(withPins(pins, [newer])).toEqual([pins[0], pins[2], newer]);
  });

  test('that nothing uses is left out in its own scope only', () => {
    expect(withoutUnused(pins, of({}), new Set(['/a']))).toEqual([pins[0], pins[2]]);
  });
});
