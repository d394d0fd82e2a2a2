/** Chance, from outside, so that a run can be replayed. */

export interface Random {
  /** Uniform in [0, 1): for jitter. */
  fraction(): number;
  /** Lower-case hexadecimal digits that nobody else has: for nonces and ids. */
  hex(digits: number): string;
}
