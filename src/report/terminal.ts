/** A run on a terminal: a line for each image, kept up to date, and what else happens. It does not know how lines are redrawn. */
import type { Event } from '../core/event.ts';
import type { Clock } from '../ports/clock.ts';
import { fits, LiveRows } from './live-rows.ts';
import { eventLines, failureLines } from './plain.ts';
import { plainReporter, type Reporter } from './reporter.ts';
import type { Glass } from './screen.ts';
import { printableAll, type Style } from './style.ts';

/** Lines of text where the window is too small, and once every image has ended. */
export function terminalReporter(glass: Glass, clock: Clock, style: Style): Reporter {
  const plain = plainReporter(glass, style);
  let live: LiveRows | undefined;
  return {
    emit(given) {
      if (given.type === 'plan' && fits(given.actions.length, glass)) {
        live = new LiveRows(printableAll(given.actions), glass, clock, style);
      } else if (live?.moving === true) {
        tell(live, printableAll(given), style);
      } else {
        if (given.type === 'image-finished') live?.take(printableAll(given));
        plain.emit(given);
      }
    },
    async close() {
      await live?.shown;
    },
  };
}

/** Said in its row, and nothing is to be added. */
const ended: ReadonlySet<string> = new Set(['interrupted', 'bailed']);

/** What belongs to no image is shown above at once; what a failed step printed, below when all have ended. */
function tell(live: LiveRows, event: Event, style: Style): void {
  switch (event.type) {
    case 'image-finished':
      live.take(event);
      if (event.result === 'failed' && !ended.has(event.trouble?.code ?? '')) {
        live.below(failureLines(event, style));
      }
      return;
    case 'image-started':
    case 'step-started':
    case 'lease-waiting':
      return live.take(event);
    case 'warning':
    case 'lease-taken':
      return live.above(eventLines(event, style));
    case 'run-finished':
      return live.below(eventLines(event, style));
    case 'run-started':
    case 'plan':
    case 'step-finished':
    case 'retry':
      return;
  }
}
