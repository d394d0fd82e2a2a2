/** Chance from the system's source. It does not know what hangs on it. */
import type { Random } from '../../ports/random.ts';

const steps = 2 ** 32;

// Web Crypto, since importing node:crypto would cost every command milliseconds that few of them need.
export const localRandom: Random = {
  fraction: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / steps,
  hex: (digits) =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(Math.ceil(digits / 2))))
      .toString('hex')
      .slice(0, digits),
};
