/** Who listens to a run. */
import type { Event } from '../core/event.ts';
import type { TemplateName } from '../core/ids.ts';
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

/** One line of text for each event; what was planned to be reused, and is, was said with the plan. */
export function plainReporter(output: Output, style: Style): Reporter {
  const said = new Set<TemplateName>();
  return {
    emit: (event) => {
      if (event.type === 'image-finished' && event.result === 'reused' && said.has(event.template)) return;
      const lines = eventLines(event, style);
      if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
      if (event.type !== 'plan') return;
      for (const { template, action } of event.actions) if (action === 'reuse') said.add(template);
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
