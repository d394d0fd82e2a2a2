/** What to do about YAML that does not parse. It does not know the parser, only its words. */

/** The first that fits: what people mostly meant to write. */
const cures: readonly [RegExp, string][] = [
  [/tab characters/, 'use spaces, not tabs'],
  [
    /^expected valid JSON character/,
    'take the control character out, or write it by its code in double quotes, as "\\x1b"',
  ],
  [
    /deficient indentation|unexpected end/,
    'close the bracket or quote that is open above, or indent this line',
  ],
  [
    /bad indentation|multiline key/,
    'line it up with its neighbours, and quote a text that holds ": " or begins with a bracket',
  ],
  [
    /expected ':' after|separator is expected|missed comma/,
    'put ": " after a key, and a comma between entries in brackets',
  ],
  [/node content/, 'take the second comma out'],
  [/escape sequence|hexadecimal/, 'write \\\\ for a backslash, or use single quotes'],
  [/null byte|non-printable/, 'save the file as UTF-8 text'],
  [/alias|anchor/, 'define the anchor above, or put a text that begins with * or & in quotes'],
  [/directives end mark/, 'write --- on a line of its own after what begins with %, or take that out'],
  [/tag|directive/i, 'take it out, or put a text that begins with ! or % in quotes'],
  [
    /line break is expected/,
    'begin the block on the next line, or put a text that begins with | or > in quotes',
  ],
  [/nesting/, 'make it flatter: a template is a few levels deep'],
];

/** `there`: the text from the place of the error on. */
export const cureOfSyntax = (reason: string, there = ''): string =>
  (/^\s*[%@`]/.test(there) ? 'put it in quotes: no text begins with %, @ or `' : undefined) ??
  cures.find(([pattern]) => pattern.test(reason))?.[1] ??
  'mend the YAML there';
