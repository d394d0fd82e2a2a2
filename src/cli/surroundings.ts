/** What a command sees of the process that it runs in: streams, environment, time, chance and signals. */
import type { Writable } from 'node:stream';
import type { BaseContext } from 'clipanion';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

export interface Interruptions {
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly interrupted: AbortSignal;
  /** Aborted by the second. */
  readonly abandoned: AbortSignal;
  /** From here on, signals end the process again. */
  dispose(): void;
}

/** A stream that may be a terminal. */
type Output = Writable & { readonly isTTY?: boolean };

export function isTerminal(stream: Output): stream is Output & NodeJS.WriteStream {
  return stream.isTTY === true;
}

export interface Surroundings extends BaseContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly cwd: string;
  readonly clock: Clock;
  /** When the program began, on the monotonic clock. */
  readonly began: number;
  readonly random: Random;
  readonly person: { readonly user: string; readonly host: string };
  /** From here on, signals are for the command to answer. */
  interruptions(): Interruptions;
}
