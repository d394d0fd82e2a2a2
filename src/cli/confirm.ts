/** A question to the person at the terminal. It does not know what is at stake. */
import { createInterface } from 'node:readline';
import { isTerminal, type Surroundings } from './surroundings.ts';

/** Whether there is somebody to ask. */
export const canAsk = ({ stdin, stderr }: Pick<Surroundings, 'stdin' | 'stderr'>): boolean =>
  'isTTY' in stdin && stdin.isTTY === true && isTerminal(stderr);

/** Anything but `y` or `yes` means no, and so does the end of the input. */
export async function confirmed(
  { stdin, stderr }: Pick<Surroundings, 'stdin' | 'stderr'>,
  question: string,
): Promise<boolean> {
  stderr.write(`${question} [y/N] `);
  // Not as a terminal: then Ctrl-C would be a key among others, and no signal.
  const lines = createInterface({ input: stdin, terminal: false });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve).once('close', () => resolve(''));
  });
  lines.close();
  return /^\s*y(es)?\s*$/i.test(answer);
}
