/** What one image's line on a terminal says, from what has happened to it. It does not know how it is drawn. */
import type { Event } from '../core/event.ts';
import type { Action } from '../core/plan.ts';
import { duration } from './duration.ts';
import type { Paint, Style } from './style.ts';
import { date, reasonText, troubleBrief } from './wording.ts';
import { beginning, padded, widthOf } from './width.ts';

export type RowEvent = Extract<
  Event,
  { type: 'image-started' | 'step-started' | 'lease-waiting' | 'image-finished' }
>;
type Finished = Extract<Event, { type: 'image-finished' }>;

/** A text and how it is shown. */
type Part = readonly [text: string, paint: Paint];

export interface Look {
  /** Of the longest name. */
  readonly nameWidth: number;
  readonly style: Style;
}

/** `step 14 of 15: package gromacs@2025.3` should be seen before how long it all may take. */
const roomForStep = 40;

const asItIs: Paint = (text) => text;

export class Row {
  readonly action: Action;
  /** How it ended; undefined: it has not. */
  finished: Finished | undefined;
  /** As of the last event; what matters most comes first. */
  #doing: string;
  #since: number | undefined;
  #building = false;

  constructor(action: Action) {
    this.action = action;
    this.#doing =
      action.action === 'build' && action.needs.length > 0 ? `waits for ${action.needs.join(', ')}` : '';
  }

  take(event: RowEvent, now: number): void {
    switch (event.type) {
      case 'image-started':
        this.#since = now;
        this.#building = true;
        return;
      case 'step-started':
        this.#doing = `step ${event.index} of ${event.count}: ${event.step}`;
        return;
      case 'lease-waiting':
        this.#since ??= now;
        this.#doing = `waits for ${event.holder} since ${date(event.since)}${this.#at(event.step)}`;
        return;
      case 'image-finished':
        this.finished = event;
    }
  }

  /** How far another run is with the same recipe. */
  #at(step: string | null): string {
    if (step === null) return '';
    const steps = this.action.action === 'reuse' ? [] : this.action.recipe.steps;
    const at = ['launch', ...steps.map(({ name }) => name), 'image'].indexOf(step);
    return at < 0 ? `, at ${step}` : `, at step ${at + 1} of ${steps.length + 2}: ${step}`;
  }

  /** At most `columns` wide: what is cut off is the end, never the time. */
  live(mark: string, columns: number, now: number, look: Look): string {
    return cut(this.#parts(mark, columns, now, look), columns);
  }

  /** Whole, however long, to stay. */
  last(now: number, look: Look): string {
    return cut(this.#parts('-', Number.POSITIVE_INFINITY, now, look), Number.POSITIVE_INFINITY);
  }

  #parts(mark: string, columns: number, now: number, { nameWidth, style }: Look): Part[] {
    const name: Part = [` ${padded(this.action.template, nameWidth)}`, style.strong];
    if (this.finished !== undefined) {
      return [
        endMark(this.finished.result, style),
        name,
        [`  ${endText(this.finished, this.action)}`, asItIs],
      ];
    }
    const doing: Part[] = this.#doing === '' ? [] : [[`  ${this.#doing}`, asItIs]];
    if (this.#since === undefined) return [[mark, asItIs], name, ...doing];
    const { expectedMs } = this.action;
    const elapsed = `  ${duration(now - this.#since)}`;
    const of = expectedMs === null || !this.#building ? '' : ` of about ${duration(expectedMs)}`;
    const fits = 2 + nameWidth + `${elapsed}${of}`.length + roomForStep <= columns;
    return [[mark, asItIs], name, [`${elapsed}${fits ? of : ''}`, style.dim], ...doing];
  }
}

function endMark(result: Finished['result'], style: Style): Part {
  switch (result) {
    case 'built':
    case 'reused':
      return ['✔', style.good];
    case 'failed':
      return ['✖', style.bad];
    case 'skipped':
      return ['↓', style.warn];
  }
}

function endText({ result, image, trouble, durationMs }: Finished, action: Action): string {
  const why = trouble === undefined ? '' : `: ${troubleBrief(trouble)}`;
  switch (result) {
    case 'built':
      return `built in ${duration(durationMs)}: ${image ?? ''}`;
    case 'reused':
      return `reused: ${action.action === 'reuse' ? reasonText(action) : (image ?? '')}`;
    case 'failed':
      return `failed after ${duration(durationMs)}${why}`;
    case 'skipped':
      return `skipped${why}`;
  }
}

/** As much as fits into `columns`. */
function cut(parts: readonly Part[], columns: number): string {
  let left = columns;
  let line = '';
  for (const [text, paint] of parts) {
    if (left > 0) line += paint(widthOf(text) <= left ? text : `${beginning(text, left - 1)}…`);
    left -= widthOf(text);
  }
  return line;
}
