/** The last lines of a terminal, redrawn in place as its window changes. It does not know what they say. */
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from './width.ts';

/** What a terminal is to those who draw on it. */
export interface Glass {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

const sequence = (code: string): string => `\u001B[${code}`;
/** Without a cursor, and without line breaks of the terminal's own should the window narrow at this moment. */
const begin = sequence('?25l') + sequence('?7l');
const end = sequence('?7h') + sequence('?25h');

export class Screen {
  readonly #glass: Pick<Glass, 'columns' | 'write'>;
  /** How wide each line is that stands there to be redrawn. */
  #widths: readonly number[] = [];

  constructor(glass: Pick<Glass, 'columns' | 'write'>) {
    this.#glass = glass;
  }

  /** Replaces what was drawn last; `above` is written over it, to stay. */
  draw(lines: readonly string[], above: readonly string[] = []): void {
    // The cursor is shown again at once: whatever ends this program, nothing has to be restored.
    this.#glass.write(`${begin}${this.#erase()}${end}${text(above)}${begin}${text(lines)}${end}`);
    this.#widths = lines.map((line) => widthOf(stripVTControlCharacters(line)));
  }

  /** Replaces what was drawn last by lines that stay, however long they are. */
  leave(lines: readonly string[]): void {
    this.draw([], lines);
  }

  /** A terminal that was narrowed has broken the lines that no longer fit: each now takes several. */
  #erase(): string {
    if (this.#widths.length === 0) return '';
    const { columns } = this.#glass;
    const taken = this.#widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    // Line by line: to erase all below the cursor would put it into some terminals' history first.
    return `\r${`${sequence('A')}${sequence('2K')}`.repeat(taken)}`;
  }
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
