/** How many columns of a terminal a text takes. It does not know what is written there. */
import { eastAsianWidth } from 'get-east-asian-width';

export function widthOf(text: string): number {
  // Nearly every text, and many times faster.
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const one of text) width += takesNoRoom.test(one) ? 0 : eastAsianWidth(one.codePointAt(0) ?? 0);
  return width;
}

const takesNoRoom = /^[\p{Mark}\p{Format}]$/u;

/** As much of `text` as takes at most `columns`. */
export function beginning(text: string, columns: number): string {
  let taken = 0;
  let end = 0;
  for (const one of text) {
    taken += widthOf(one);
    if (taken > columns) break;
    end += one.length;
  }
  return text.slice(0, end);
}

/** `text` with blanks behind it, as `padEnd`. */
export const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));
