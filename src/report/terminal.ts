/** A run on a terminal: a line for each image, kept up to date. The only importer of listr2. */
import { Listr, ListrDefaultRendererLogLevels, ListrLogger, ProcessOutput } from 'listr2';
import type { Event } from '../core/event.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Action } from '../core/plan.ts';
import type { Clock } from '../ports/clock.ts';
import { duration } from './duration.ts';
import { eventLines, failureLines } from './plain.ts';
import { plainReporter, type Reporter } from './reporter.ts';
import { printableAll, type Style } from './style.ts';
import { reasonText, troubleText } from './wording.ts';

type Finished = Extract<Event, { type: 'image-finished' }>;

/** One image's line. */
class Row {
  readonly action: Action;
  readonly finished: Promise<Finished>;
  finish: (event: Finished) => void = () => {};
  /** What it is doing, as of the last event. */
  doing = '';
  startedAt: number | undefined;

  constructor(action: Action) {
    this.action = action;
    this.doing =
      action.action === 'build' && action.needs.length > 0 ? `waits for ${action.needs.join(', ')}` : '';
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  title(now: number, width: number, style: Style): string {
    const { expectedMs } = this.action;
    const elapsed = this.startedAt === undefined ? '' : duration(now - this.startedAt);
    const of = expectedMs === null || elapsed === '' ? '' : ` of about ${duration(expectedMs)}`;
    return [nameOf(this.action, width, style), this.doing, style.dim(`${elapsed}${of}`)]
      .filter((part) => part !== '')
      .join('  ');
  }
}

const tickMs = 250;
/** The terminal needs lines of its own besides those of the images; where they do not fit, events are printed instead. */
const linesAround = 4;

export function terminalReporter(stream: NodeJS.WriteStream, clock: Clock, style: Style): Reporter {
  const rows = new Map<TemplateName, Row>();
  /** Shown when the lines stand still: they would tear them apart before. */
  const afterwards: string[] = [];
  let shown: Promise<unknown> | undefined;
  let planned = false;
  const plain = plainReporter(stream, style);

  const note = (event: Event): void => {
    afterwards.push(...eventLines(event, style));
  };

  return {
    emit(given) {
      if (planned && shown === undefined) {
        plain.emit(given);
        return;
      }
      const event = printableAll(given);
      switch (event.type) {
        case 'run-started':
          plain.emit(event);
          return;
        case 'plan':
          planned = true;
          if (event.actions.length > stream.rows - linesAround) {
            plain.emit(event);
            return;
          }
          for (const action of event.actions) rows.set(action.template, new Row(action));
          shown = show([...rows.values()], stream, clock, style);
          return;
        case 'image-finished':
          rows.get(event.template)?.finish(event);
          if (event.result === 'failed') afterwards.push(...failureLines(event, style));
          return;
        case 'image-started':
        case 'step-started':
        case 'lease-waiting':
          update(rows.get(event.template), event, clock.monotonic());
          return;
        case 'warning':
          // The lines of what was interrupted end at once, and its clean-up, which takes longer, has none.
          if (event.code === 'interrupted') void shown?.then(() => plain.emit(event));
          else note(event);
          return;
        case 'lease-taken':
        case 'run-finished':
          note(event);
          return;
        case 'step-finished':
        case 'retry':
          return;
      }
    },
    async close() {
      await shown;
      for (const line of afterwards) stream.write(`${line}\n`);
    },
  };
}

function update(
  row: Row | undefined,
  event: Extract<Event, { type: 'image-started' | 'step-started' | 'lease-waiting' }>,
  now: number,
): void {
  if (row === undefined) return;
  if (event.type === 'image-started') row.startedAt = now;
  else if (event.type === 'step-started') row.doing = `step ${event.index} of ${event.count}: ${event.step}`;
  else row.doing = `waits for ${event.holder}`;
}

function show(
  rows: readonly Row[],
  stream: NodeJS.WriteStream,
  clock: Clock,
  style: Style,
): Promise<unknown> {
  const width = Math.max(...rows.map(({ action }) => action.template.length));
  const lines = rows.map((row) => ({
    title: row.title(clock.monotonic(), width, style),
    task: async (
      _: unknown,
      line: { title?: string | undefined; skip(message: string): void },
    ): Promise<void> => {
      const tick = setInterval(() => {
        line.title = row.title(clock.monotonic(), width, style);
      }, tickMs);
      const event = await row.finished;
      clearInterval(tick);
      line.title = endTitle(event, row, width, style);
      if (event.result === 'skipped') line.skip(line.title);
      if (event.result === 'failed') throw new Error(line.title);
    },
  }));
  const logger = new ListrLogger<ListrDefaultRendererLogLevels>({
    processOutput: new ProcessOutput(stream, stream),
  });
  const list = new Listr(lines, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: 'default',
    rendererOptions: { logger, formatOutput: 'truncate' },
  });
  return list.run();
}

const nameOf = ({ template }: Action, width: number, style: Style): string =>
  style.strong(template.padEnd(width));

function endTitle(event: Finished, { action }: Row, width: number, style: Style): string {
  const { image, trouble, durationMs } = event;
  const name = nameOf(action, width, style);
  const why = trouble === undefined ? '' : troubleText(trouble);
  switch (event.result) {
    case 'built':
      return `${name}  built ${image ?? ''} in ${duration(durationMs)}`;
    case 'reused':
      return `${name}  reused: ${action.action === 'reuse' ? reasonText(action.reason) : (image ?? '')}`;
    case 'failed':
      return `${name}  failed: ${why}`;
    case 'skipped':
      return `${name}  skipped: ${why}`;
  }
}
