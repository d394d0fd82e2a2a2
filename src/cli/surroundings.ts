/** What a command sees of the process that it runs in: streams, environment, time, chance and signals. */
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

export interface Surroundings extends BaseContext {
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly person: { readonly user: string; readonly host: string };
  /** From here on, signals are for the command to answer. */
  interruptions(): Interruptions;
}
