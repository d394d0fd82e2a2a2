/** Chance from the system's source. It does not know what hangs on it. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from '../../ports/random.ts';

const steps = 2 ** 32;

export const localRandom: Random = {
  fraction: () => randomInt(steps) / steps,
  hex: (digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
};
