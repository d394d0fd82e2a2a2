/** The base images that `affected` compares: pins of either end, and what is pinned at neither. */
import { expect, test } from 'vitest';
import { imageOf, type Pins } from '../../src/cli/pins.ts';
import { imageId } from '../../src/core/ids.ts';

const none: Pins = () => undefined;
const pins = (image: string): Pins => {
  return (base) => ('ssm' in base && base.ssm === '/a' ? imageId(image) : undefined);
};

test("an end's own pin comes first, then the other end's, then a text that is the same at both", () => {
  expect(imageOf(pins('ami-1'), pins('ami-2'))({ ssm: '/a' })).toBe('ami-1');
  expect(imageOf(none, pins('ami-2'))({ ssm: '/a' })).toBe('ami-2');
  expect(imageOf(pins('ami-1'), none)({ ssm: '/b' })).toBe('unpinned /b');
  expect(imageOf(pins('ami-1'), none)({ ami: 'ami-3' })).toBe('ami-3');
});
