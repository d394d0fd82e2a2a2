/** What AWS credentials and presigned URLs look like, and texts without them. It does not know where a text comes from. */

/** In the words that awk's regular expressions and JavaScript's have in common: no counts, no options, and of escapes the line break. */
export interface CredentialPattern {
  /** What it is, for people. */
  readonly what: string;
  /** A part of the text that stands before it and may stay; empty: it needs none. No text is both its end and the value's beginning. */
  readonly key: string;
  readonly value: string;
}

const anyCase = (word: string): string =>
  word.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);

const times = (count: number, one: string): string => one.repeat(count);

/** What may stand between a name and its value: `=`, `": "`, `>`; no `$`, behind which a shell's variable stands, nor what is hidden already. */
const between = String.raw`[^A-Za-z0-9/+%$*\n]+`;
const base64 = '[A-Za-z0-9/+%=]';
const long = `${times(16, '[A-Za-z0-9/+%]')}${base64}*`;
const equals = '(=|%3[Dd]|%253[Dd])';

export const credentialPatterns: readonly CredentialPattern[] = [
  {
    what: 'a presigned URL',
    key: `${anyCase('x-amz-')}(${['signature', 'credential', 'security-token'].map(anyCase).join('|')})${equals}`,
    value: '[A-Za-z0-9%/_.~+=-]+',
  },
  { what: 'a presigned URL', key: `([?&;, ]|u0026)${anyCase('signature')}=`, value: long },
  {
    what: 'an AWS secret access key',
    key: `${anyCase('secret')}_?(${anyCase('access')}_?)?${anyCase('key')}${between}`,
    value: long,
  },
  {
    what: 'an AWS session token',
    key: `(${anyCase('session')}|${anyCase('security')})[_-]?${anyCase('token')}${between}`,
    value: long,
  },
  { what: 'an AWS session token', key: '', value: `(IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz|FQoDYXdz)${long}` },
  { what: 'an AWS access key id', key: '', value: `A[KS]IA${times(16, '[A-Z0-9]')}` },
];

/** A text in which this finds nothing holds nothing of them: many times as fast. */
export const credentialHint = `A[KS]IA|IQoJb3|F[wQ]o[GD]|${['signature', 'credential', 'token', 'key'].map(anyCase).join('|')}`;

/** What stands in the place of what must not be read. */
export const hidden = '***';

const hint = new RegExp(credentialHint);
const expressions = credentialPatterns.map(({ what, key, value }) => ({
  what,
  expression: new RegExp(`(${key})${value}`, 'g'),
}));

/** The text without them. */
export function redact(text: string): string {
  if (!hint.test(text)) return text;
  return expressions.reduce(
    (left, { expression }) => left.replace(expression, (_whole, key: string) => `${key}${hidden}`),
    text,
  );
}

/** The first of them in the text: what it is and where it begins. */
export function findCredential(text: string): { readonly what: string; readonly at: number } | undefined {
  if (!hint.test(text)) return undefined;
  const found = expressions.flatMap(({ what, expression }) =>
    Array.from(text.matchAll(expression), ({ index }) => ({ what, at: index })),
  );
  return found.toSorted((a, b) => a.at - b.at)[0];
}

export interface WrittenCredential {
  readonly what: string;
  /** From the whole value to the text that holds it: keys and list indexes. */
  readonly path: readonly (string | number)[];
  /** Where in that text it begins. */
  readonly at: number;
}

/** Those in all texts of some plain data. */
export function credentialsIn(data: unknown, path: WrittenCredential['path'] = []): WrittenCredential[] {
  if (typeof data === 'string') {
    const found = findCredential(data);
    return found === undefined ? [] : [{ ...found, path }];
  }
  if (typeof data !== 'object' || data === null) return [];
  const parts: (readonly [string | number, unknown])[] = Array.isArray(data)
    ? [...data.entries()]
    : Object.entries(data);
  return parts.flatMap(([key, value]) => credentialsIn(value, [...path, key]));
}

export const credentialCode = 'credential';

/** What is to be said of one that stands in a file of the workspace. */
export const credentialWords = (what: string): { readonly message: string; readonly cure: string } => ({
  message: `${what} is written here, and whoever sees this file can use it`,
  cure: 'take it out, make it invalid if others have seen it, and give what scripts need as a secret: build.secrets in a template',
});
