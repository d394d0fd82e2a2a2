/** A text that somebody wrote, and the places in it. It does not know its language. */
import type { Place } from './diagnostic.ts';

const lineEnd = /\r\n|\r|\n/g;

export class Source {
  /** Relative to the workspace, with forward slashes. */
  readonly file: string;
  readonly text: string;
  #lineStarts: readonly number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** The place of the character at `offset`. */
  placeAt(offset: number): Place {
    const starts = this.#starts();
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return this.place(low + 1, offset - (starts[low] ?? 0) + 1);
  }

  /** Line and column count from 1. */
  place(line: number, column: number): Place {
    const starts = this.#starts();
    const start = starts[line - 1] ?? this.text.length;
    let end = starts[line] ?? this.text.length;
    // Not by a pattern: a line may be long, and is asked for often.
    while (end > start && '\r\n'.includes(this.text.charAt(end - 1))) end -= 1;
    return { file: this.file, line, column, excerpt: this.text.slice(start, end) };
  }

  #starts(): readonly number[] {
    this.#lineStarts ??= [0, ...Array.from(this.text.matchAll(lineEnd), (end) => end.index + end[0].length)];
    return this.#lineStarts;
  }
}

/** Some editors put one at the beginning of a file; it is no part of the text. */
export const withoutByteOrderMark = (text: string): string => text.replace(/^\uFEFF/, '');
