/** The base images that `affected` compares: pins of either end, and what is pinned at neither. */
import { expect, test } from 'vitest';
import { imageOf, type Pins } from '../../src/cli/pins.ts';
import { imageId } from '../../src/core/ids.ts';

const pins = (image?: string, region = 'us-east-1'): Pins => ({
  scope: { provider: 'aws', region },
  of: (base) => ('ssm' in base && base.ssm === '/a' && image !== undefined ? imageId(image) : undefined),
});
const none = pins();

test("an end's own pin comes first, then the other end's, then a text that is the same at both", () => {
  expect(imageOf(pins('ami-1'), pins('ami-2'))({ ssm: '/a' })).toBe('ami-1');
  expect(imageOf(none, pins('ami-2'))({ ssm: '/a' })).toBe('ami-2');
  expect(imageOf(pins('ami-1'), none)({ ssm: '/b' })).toBe('unpinned /b');
  expect(imageOf(pins('ami-1'), none)({ ami: 'ami-3' })).toBe('ami-3');
});

test("another Region's pins are of other images", () => {
  const there = pins('ami-2', 'eu-west-1');
  expect(imageOf(pins('ami-1'), there)({ ssm: '/a' })).toBe('ami-1');
  expect(imageOf(none, there)({ ssm: '/a' })).toBe('unpinned /a');
});
