/** What follows `key=` in a Spack spec, in quotes or not. It does not know what the key is. */
import { shown, shownChar, type SpackCursor } from './spack-cursor.ts';

const bare = /[\w\-+*.,:=%^~/\\]+/y;
/** Not white space: a value may hold that. */
const control = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The value without its quotes; `key` was read before it, with its `=`. */
export function readValue(cursor: SpackCursor, key: string): string | undefined {
  if (isQuote(cursor.char)) return readQuoted(cursor);
  const value = cursor.take(bare);
  if (value === undefined) {
    return cursor.fail(
      cursor.at,
      `${shown(key)} has no value after it`,
      'write it directly after =, in quotes where it holds other than letters, digits and _-+*.,:=%^~/\\',
    );
  }
  if (!isQuote(cursor.char)) return value;
  return cursor.fail(
    cursor.at,
    `the value of ${shown(key)} has a quote in its middle`,
    `put the whole value in quotes, as in ${shown(key)}"..."`,
  );
}

const isQuote = (char: string): boolean => char === '"' || char === "'";

/** Between two quotes of one kind a `\` before that kind makes it part of the value, and nothing else is special. */
function readQuoted(cursor: SpackCursor): string | undefined {
  const { text, at: open, char: quote } = cursor;
  let close = open;
  do close = text.indexOf(quote, close + 1);
  while (close > 0 && text.charAt(close - 1) === '\\');
  if (close < 0) {
    const cure = `write ${quote} at the end of the value; in a list in brackets, quote a whole spec that holds a comma`;
    return cursor.fail(open, `the quote ${quote} is not closed`, cure);
  }
  const written = text.slice(open + 1, close);
  const wrong = control.exec(written);
  if (wrong !== null) {
    const at = open + 1 + wrong.index;
    return cursor.fail(at, `${shownChar(text, at)} has no place in a value`, 'take it out');
  }
  cursor.at = close + 1;
  return written.replaceAll(`\\${quote}`, quote);
}
