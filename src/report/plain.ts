/** Events as lines of text, one for each, for logs and pipes. It does not know the plan behind them. */
import type { Event } from '../core/event.ts';
import type { Action } from '../core/plan.ts';
import { shortDigest } from '../core/digest.ts';
import { duration } from './duration.ts';
import { planSummary } from './tables.ts';
import { printable, printableAll, type Style } from './style.ts';
import { warningText } from './warnings.ts';
import { actionWord, date, reasonText, troubleCure, troubleText } from './wording.ts';

/** The lines for one event; none where it says nothing new to a person. */
export function eventLines(given: Event, style: Style): string[] {
  // Many times as much as all others together, and a line of it costs less to clean than what it is made of.
  if (given.type === 'plan') return [...planLines(given.actions).map(printable), planSummary(given, style)];
  const event = printableAll(given);
  switch (event.type) {
    case 'run-started':
      return [`${event.workspace}: ${placeOfRun(event)}`];
    case 'image-started':
      return [
        `${event.template}: started, ${event.steps} steps${expected(event.expectedMs)} (build ${event.buildId})`,
      ];
    case 'step-started':
      return [`${event.template}: step ${event.index} of ${event.count}: ${event.step}`];
    case 'step-finished':
      if (event.result === 'done') return [];
      return [style.bad(`${event.template}: step ${event.index} of ${event.count} failed: ${event.step}`)];
    case 'image-finished':
      return finished(event, style);
    case 'lease-waiting':
      return [
        `${event.template}: waits for ${event.holder}, who has been building it since ${date(event.since)}${event.step === null ? '' : `, and is at step ${event.step}`}`,
      ];
    case 'lease-taken':
      return event.from === null
        ? []
        : [style.warn(`${event.template}: ${event.from} has not been heard of; ${takenTo[event.purpose]}`)];
    case 'retry':
      return [style.dim(`${event.operation}: ${event.awsCode}, attempt ${event.attempt}; trying again`)];
    case 'warning':
      return [`${style.warn('warning:')} ${warningText(event)}`];
    case 'run-finished':
      return [summary(event)];
  }
}

const takenTo = { build: 'going on with that build', 'clean-up': 'ending what it left' } as const;

const planLines = (actions: readonly Action[]): string[] =>
  actions.map((one) => `${one.template}: ${actionWord[one.action]}: ${reasonText(one)}`);

/** Where the run happens: what it costs, and how real it is. */
function placeOfRun(event: Extract<Event, { type: 'run-started' }>): string {
  if (event.provider === 'aws')
    return `AWS${event.endpoint === undefined ? '' : ` at ${event.endpoint}`}, ${event.region}`;
  const steps =
    event.confined === true
      ? 'steps run confined by bubblewrap'
      : 'steps are simulated: bubblewrap is not installed';
  return `sandbox, ${event.region}; ${steps}`;
}

const expected = (ms: number | null): string => (ms === null ? '' : `, about ${duration(ms)}`);

function finished(event: Extract<Event, { type: 'image-finished' }>, style: Style): string[] {
  const { template, digest, image, trouble } = event;
  switch (event.result) {
    case 'built':
      return [
        style.good(
          `${template}: built ${image ?? ''} (${shortDigest(digest)}) in ${duration(event.durationMs)}`,
        ),
      ];
    case 'reused':
      return [`${template}: reused ${image ?? ''}`];
    case 'skipped':
      return [style.warn(`${template}: skipped: ${trouble === undefined ? '' : troubleText(trouble)}`)];
    case 'failed':
      return failureLines(event, style);
  }
}

/** What went wrong, with the last lines of a failed step. */
export function failureLines(event: Extract<Event, { type: 'image-finished' }>, style: Style): string[] {
  const { template, trouble } = event;
  if (trouble === undefined) return [style.bad(`${template}: failed`)];
  const tail = trouble.code === 'step-failed' ? trouble.tail.map((line) => style.dim(`  | ${line}`)) : [];
  const cure = troubleCure(trouble);
  return [
    style.bad(`${template}: failed: ${troubleText(trouble)}`),
    ...(cure === undefined ? [] : [`  cure: ${cure}`]),
    ...tail,
  ];
}

/** `done in 12 s: 3 built, 0 reused`. */
function summary(event: Extract<Event, { type: 'run-finished' }>): string {
  const { built, reused, failed, skipped } = event;
  const parts = [`${built.length} built`, `${reused.length} reused`];
  if (failed.length > 0) parts.push(`${failed.length} failed`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  return `done in ${duration(event.durationMs)}: ${parts.join(', ')}`;
}
