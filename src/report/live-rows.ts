/** The images' lines for as long as they move. The only importer of listr2, which runs and times them. It does not know what they say. */
import { Listr, type ListrRenderer, Spinner } from 'listr2';
import type { TemplateName } from '../core/ids.ts';
import type { Action } from '../core/plan.ts';
import type { Clock } from '../ports/clock.ts';
import { type Look, Row, type RowEvent } from './row.ts';
import { type Glass, Screen } from './screen.ts';
import type { Style } from './style.ts';
import { widthOf } from './width.ts';

/** The terminal needs lines of its own besides those of the images. */
const linesAround = 4;
const fewestColumns = 20;
/** While a window is being dragged nothing is drawn: its size would be another when the drawing arrives. */
const calmMs = 300;

/** False also where a terminal does not tell its size. */
export function fits(lines: number, { columns, rows }: Pick<Glass, 'columns' | 'rows'>): boolean {
  return columns >= fewestColumns && rows >= lines + linesAround;
}

interface Drawing {
  draw(mark: string): void;
  end(): void;
}

/** In place of listr2's own, which counts lines by the width that the window had, and floods a narrower one. */
class DrawingRenderer implements ListrRenderer {
  static readonly nonTTY = true;
  static readonly rendererOptions: Drawing;
  static readonly rendererTaskOptions = {};
  readonly #spinner = new Spinner();
  readonly #drawing: Drawing;

  constructor(_tasks: unknown, drawing: Drawing) {
    this.#drawing = drawing;
  }

  render = (): void => this.#spinner.start(() => this.#drawing.draw(this.#spinner.fetch()));

  end = (): void => {
    this.#spinner.stop();
    this.#drawing.end();
  };
}

export class LiveRows {
  /** Resolves when every image has ended. */
  readonly shown: Promise<unknown>;
  #moving = true;
  readonly #rows: readonly Row[];
  readonly #ends = new Map<TemplateName, () => void>();
  readonly #glass: Glass;
  readonly #screen: Screen;
  readonly #clock: Clock;
  readonly #look: Look;
  #above: string[] = [];
  #below: string[] = [];
  #resizedAt = Number.NEGATIVE_INFINITY;
  readonly #onResize = (): void => {
    this.#resizedAt = this.#clock.monotonic();
  };

  constructor(actions: readonly Action[], glass: Glass, clock: Clock, style: Style) {
    this.#rows = actions.map((action) => new Row(action));
    this.#glass = glass;
    this.#screen = new Screen(glass);
    this.#clock = clock;
    this.#look = { style, nameWidth: Math.max(0, ...actions.map(({ template }) => widthOf(template))) };
    glass.on('resize', this.#onResize);
    const lines = actions.map(({ template }) => {
      // Before listr2 begins with it: it may have ended by then.
      const ended = new Promise<void>((resolve) => this.#ends.set(template, resolve));
      return { title: template, task: () => ended };
    });
    const list = new Listr(lines, {
      concurrent: true,
      registerSignalListeners: false,
      renderer: DrawingRenderer,
      rendererOptions: { draw: (mark) => this.#draw(mark), end: () => this.#leave() },
    });
    this.shown = list.run();
  }

  /** False: the lines stand still, and whatever follows comes below them. */
  get moving(): boolean {
    return this.#moving;
  }

  /** To be told of every end, also when the lines stand still. */
  take(event: RowEvent): void {
    const row = this.#rows.find(({ action }) => action.template === event.template);
    row?.take(event, this.#clock.monotonic());
    if (event.type === 'image-finished') this.#ends.get(event.template)?.();
  }

  /** Shown at the next drawing, to stay. */
  above(lines: readonly string[]): void {
    this.#above.push(...lines);
  }

  /** Shown when the lines stand still. */
  below(lines: readonly string[]): void {
    this.#below.push(...lines);
  }

  #draw(mark: string): void {
    const now = this.#clock.monotonic();
    if (!this.#moving || now - this.#resizedAt < calmMs) return;
    if (!fits(this.#rows.length, this.#glass)) return this.#leave();
    const columns = this.#glass.columns - 1;
    const lines = this.#rows.map((row) => row.live(mark, columns, now, this.#look));
    this.#screen.draw(lines, this.#above);
    this.#above = [];
  }

  #leave(): void {
    if (!this.#moving) return;
    this.#moving = false;
    this.#glass.off('resize', this.#onResize);
    const now = this.#clock.monotonic();
    const last = this.#rows.map((row) => row.last(now, this.#look));
    this.#screen.leave([...this.#above, ...last, ...this.#below]);
  }
}
