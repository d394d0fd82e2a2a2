/** A place in the text of a Spack spec, which goes forward until the end or the first problem. It does not know the grammar. */
import type { SpecProblem } from '../core/spack-spec.ts';

export class SpackCursor {
  readonly text: string;
  at = 0;
  /** The first that was found; nothing is read after it. */
  problem: SpecProblem | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The character here; an empty string at the end. */
  get char(): string {
    return this.at < this.text.length ? this.text.charAt(this.at) : '';
  }

  /** What `pattern`, which is sticky, matches here; the cursor goes behind it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return undefined;
    const from = this.at;
    this.at = pattern.lastIndex;
    return this.text.slice(from, this.at);
  }

  /** Whether `char` is here; the cursor goes behind it. */
  takeChar(char: string): boolean {
    if (this.char !== char) return false;
    this.at += 1;
    return true;
  }

  skipSpace(): void {
    const { text } = this;
    let at = this.at;
    while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
    this.at = at;
  }

  /** Notes what is wrong at `at`; undefined, so that a reader can return it. */
  fail(at: number, message: string, cure: string): undefined {
    this.problem ??= { message, at, cure };
    return undefined;
  }

  /** Nothing of a spec can begin with what is here. */
  failHere(): undefined {
    const { text, at, char } = this;
    if (char === '"' || char === "'") {
      const cure = 'quotes go around a whole value, as in cflags="-O3 -g"';
      return this.fail(at, `the quote ${char} has no place here`, cure);
    }
    const cure = isInvisible(text, at)
      ? 'take it out'
      : 'take it out, or put the value that holds it in quotes';
    const where = ofTheGrammar.test(char) ? 'here' : 'in a spec';
    return this.fail(at, `${shownChar(text, at)} has no place ${where}`, cure);
  }
}

const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

const ofTheGrammar = /[\w+~.,:=%^@/*[\]\\-]/;

/** White space, controls, what changes the direction of writing, halves of characters: all that a person cannot see. */
const invisible = /[\p{Z}\p{C}]/u;

const isInvisible = (text: string, at: number): boolean =>
  invisible.test(String.fromCodePoint(text.codePointAt(at) ?? 0));

/** A character as it is, or its number where it cannot be seen. */
export function shownChar(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  if (!isInvisible(text, at)) return String.fromCodePoint(code);
  return `the character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A word of the text as messages hold it, which are read by people. */
export const shown = (word: string): string => (word.length <= 60 ? word : `${word.slice(0, 57)}...`);
