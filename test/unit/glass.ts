/** A terminal in memory, as far as a run draws on it: breaks long lines anew when it is resized. It does not know colours. */
import type { Glass } from '../../src/report/screen.ts';

interface Line {
  text: string;
  /** The next one is the rest of it. */
  broken: boolean;
}

export class TestGlass implements Glass {
  columns: number;
  rows: number;
  readonly isTTY = true;
  /** Everything that was written. */
  written = '';
  #lines: Line[] = [{ text: '', broken: false }];
  #row = 0;
  #wraps = true;
  readonly #listeners = new Set<() => void>();

  constructor(columns = 80, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  on(_event: 'resize', listener: () => void): void {
    this.#listeners.add(listener);
  }

  off(_event: 'resize', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** What can be seen and scrolled back to, as it was written, without what is empty at the end. */
  get lines(): string[] {
    const whole: string[] = [];
    let rest = '';
    for (const { text, broken } of this.#lines) {
      rest += text;
      if (broken) continue;
      whole.push(rest);
      rest = '';
    }
    while (whole.at(-1) === '') whole.pop();
    return whole;
  }

  resize(columns: number, rows = this.rows): void {
    const below = this.#lines.slice(0, this.#row).filter(({ broken }) => !broken).length;
    const whole = this.lines;
    while (whole.length <= below) whole.push('');
    this.columns = columns;
    this.rows = rows;
    this.#lines = whole.flatMap((text) => this.#broken(text));
    this.#row = whole.slice(0, below).flatMap((text) => this.#broken(text)).length;
    for (const listener of this.#listeners) listener();
  }

  #broken(text: string): Line[] {
    // One that does not know its size has some all the same.
    const columns = this.columns || 80;
    const count = Math.max(1, Math.ceil(text.length / columns));
    return Array.from({ length: count }, (_, at) => ({
      text: text.slice(at * columns, (at + 1) * columns),
      broken: at < count - 1,
    }));
  }

  write(text: string): void {
    this.written += text;
    for (const [token] of text.matchAll(/\p{Cc}\[\??\d*[A-Za-z]|[\r\n]|\P{Cc}+/gu)) this.#take(token);
  }

  #take(token: string): void {
    const line = this.#lines[this.#row];
    if (line === undefined) throw new Error('the cursor is nowhere');
    if (token === '\n') this.#down();
    else if (token === '\u001B[A') this.#row = Math.max(0, this.#lines.length - this.rows, this.#row - 1);
    else if (token === '\u001B[2K') this.#clear(line);
    else if (token.startsWith('\u001B[?7')) this.#wraps = token.endsWith('h');
    else if (token !== '\r' && !token.startsWith('\u001B')) this.#print(line, token);
  }

  #down(): void {
    this.#row += 1;
    if (this.#row === this.#lines.length) this.#lines.push({ text: '', broken: false });
  }

  #clear(line: Line): void {
    line.text = '';
    line.broken = false;
    const before = this.#lines[this.#row - 1];
    if (before !== undefined) before.broken = false;
  }

  /** Only ever from the beginning of a line. */
  #print(line: Line, text: string): void {
    if (!this.#wraps) {
      line.text = text.slice(0, this.columns);
      return;
    }
    const parts = this.#broken(text);
    this.#lines.splice(this.#row, 1, ...parts);
    this.#row += parts.length - 1;
  }
}
