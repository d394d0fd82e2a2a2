/** Where the characters of a YAML value stand in the text that it is written in. It does not know what the value says. */
import { type Event, type EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml';

export type ScalarEvent = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;

const isBlock = ({ style }: ScalarEvent): boolean =>
  style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;

/** The offset of the value itself: of its quote, if it has one, and of its first line that is not empty. */
export function startOf(text: string, scalar: ScalarEvent): number {
  const { style, valueStart } = scalar;
  if (isBlock(scalar)) {
    const found = after(/[ \r\n]*/y, text, valueStart);
    return found < scalar.valueEnd ? found : valueStart;
  }
  const quoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
  return quoted ? valueStart - 1 : Math.max(0, valueStart);
}

/** The offset in `text` of the value's character number `within`, from 0. */
export const offsetWithin = (text: string, scalar: ScalarEvent, within: number): number =>
  isBlock(scalar) ? withinBlock(text, scalar, within) : withinFlow(text, scalar, within);

/** Where a line ends, the value tells how many line breaks, or what space, is made of it and of empty lines that follow. */
function withinBlock(text: string, scalar: ScalarEvent, within: number): number {
  const value = getScalarValue(text, scalar);
  const indent = ` {0,${Math.max(0, scalar.indent)}}`;
  const indented = new RegExp(indent, 'y');
  const lineEnds = new RegExp(`(?:${lineEnd}${indent}(?=${lineEnd}))*${lineEnd}${indent}`, 'y');
  let at = after(indented, text, scalar.valueStart);
  for (let index = 0; index < within;) {
    const taken = Math.min(after(/[^\r\n]+/y, text, at) - at, within - index);
    at += taken;
    index += taken;
    if (index === within) break;
    at = after(lineEnds, text, at);
    index = value.charAt(index) === '\n' ? after(/\n+/y, value, index) : index + 1;
  }
  return at;
}

const lineEnd = '(?:\\r\\n?|\\n)';

/** A piece of the text of a flow scalar, and how many characters of the value it stands for. */
interface Piece {
  readonly length: number;
  readonly stands: number;
}

function withinFlow(text: string, scalar: ScalarEvent, within: number): number {
  let at = scalar.valueStart;
  let left = within;
  while (at < scalar.valueEnd) {
    const { length, stands } = pieceAt(text, at, scalar);
    if (stands > left) return stands === length ? at + left : at;
    at += length;
    left -= stands;
  }
  return at;
}

function pieceAt(text: string, at: number, { style }: ScalarEvent): Piece {
  const itself = after(/[^ \t\r\n\\']+/y, text, at) - at;
  if (itself > 0) return { length: itself, stands: itself };
  const escaped = style === SCALAR_STYLE.DOUBLE_QUOTED && text.charAt(at) === '\\';
  const fold = after(escaped ? escapedFold : plainFold, text, at);
  if (fold > at) {
    const breaks = text.slice(at, fold).split(/\r\n?|\n/).length - 1;
    return { length: fold - at, stands: escaped ? 0 : Math.max(1, breaks - 1) };
  }
  if (escaped) {
    const length = after(/\\(?:x.{2}|u.{4}|U.{8}|.)/y, text, at) - at;
    const astral = length === 10 && parseInt(text.slice(at + 2, at + 10), 16) > 0xffff;
    return { length, stands: astral ? 2 : 1 };
  }
  if (style === SCALAR_STYLE.SINGLE_QUOTED && text.startsWith("''", at)) return { length: 2, stands: 1 };
  // Spaces at once: whether a line ends behind them is asked once.
  const length = Math.max(1, after(/[ \t]+/y, text, at) - at);
  return { length, stands: length };
}

const plainFold = /[ \t]*(?:\r\n?|\n)[ \t]*(?:(?:\r\n?|\n)[ \t]*)*/y;
const escapedFold = /\\(?:\r\n?|\n)[ \t]*(?:(?:\r\n?|\n)[ \t]*)*/y;

function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
