/** Who listens to a run. */
import type { Event } from '../core/event.ts';
import type { Clock } from '../ports/clock.ts';
import { eventLines } from './plain.ts';
import type { Style } from './style.ts';
import { eventView } from './views.ts';

export interface Reporter {
  emit(event: Event): void;
  /** After the last event. */
  close(): Promise<void>;
}

/** What a reporter writes to. */
export interface Output {
  write(text: string): unknown;
}

/** One line of text for each event. */
export function plainReporter(output: Output, style: Style): Reporter {
  return {
    emit: (event) => {
      for (const line of eventLines(event, style)) output.write(`${line}\n`);
    },
    close: () => Promise.resolve(),
  };
}

/** One JSON object a line for each event. */
export function ndjsonReporter(output: Output, clock: Clock): Reporter {
  return {
    emit: (event) =>
      output.write(`${JSON.stringify(eventView(event, new Date(clock.now()).toISOString()))}\n`),
    close: () => Promise.resolve(),
  };
}
