/** What a schema finds wrong with a value, with the nearest names that it knows. It does not know where the value was written. */
import { type BaseIssue, type GenericSchema, safeParse } from 'valibot';
import { didYouMean } from './nearest.ts';
import { remembered } from './remembered.ts';
import { isMap } from './strict-map.ts';

export interface SchemaIssue {
  /** From the whole value to the wrong part: keys and list indexes. */
  readonly path: readonly (string | number)[];
  readonly code: 'unknown-key' | 'missing-key' | 'wrong-value';
  readonly message: string;
  readonly cure: string | undefined;
}

/** `schema` is the one that found them; its keys are what the user may have meant. `whole` names the value. */
export const schemaIssues = (
  schema: object,
  issues: readonly BaseIssue<unknown>[],
  whole: string,
): SchemaIssue[] => issues.flatMap((issue) => issuesOf(issue, { schema, above: [], whole }));

interface Within {
  readonly schema: object;
  /** From the whole value to what `schema` is of. */
  readonly above: Path;
  readonly whole: string;
}

type Path = SchemaIssue['path'];

function issuesOf(issue: BaseIssue<unknown>, { schema, above, whole }: Within): SchemaIssue[] {
  const within = (issue.path ?? []).map(({ key }) => key).filter(isKey);
  const path = [...above, ...within];
  const named = path.length === 0 ? whole : joined(path);
  const form = issue.type === 'union' ? formMeant(schemaAt(schema, within), issue.input) : undefined;
  if (form !== undefined) {
    const { issues = [] } = safeParse(form, issue.input);
    return issues.flatMap((one) => issuesOf(one, { schema: form, above: path, whole }));
  }
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    // Valibot tells the first one of a map only.
    const known = keysOf(schemaAt(schema, within.slice(0, -1)));
    const there = Object.keys(issue.path?.at(-1)?.input as object);
    return there
      .filter((key) => !known.includes(key))
      .map((key) => unknownKey([...path.slice(0, -1), key], known));
  }
  if (issue.type.endsWith('object') && issue.message.startsWith('Invalid key'))
    return [
      { path: path.slice(0, -1), code: 'missing-key', message: `${named} is missing`, cure: undefined },
    ];
  if (issue.kind !== 'schema' || !issue.message.startsWith('Invalid type'))
    return [{ path, code: 'wrong-value', message: `${named} ${issue.message}`, cure: undefined }];
  const wanted = issue.type === 'custom' ? 'a map' : expectation(issue.expected);
  const message = `${named} must be ${wanted}, not ${received(issue)}`;
  return [{ path, code: 'wrong-value', message, cure: isUnquoted(issue) ? inQuotes : undefined }];
}

/** Of a list, an item without quotes may be a map (`a: b`) or a list (`[ -d x ]`) that nobody meant. */
const isUnquoted = ({ expected, input, path }: BaseIssue<unknown>): boolean =>
  expected === 'string' &&
  (['number', 'boolean'].includes(typeof input) ||
    (typeof path?.at(-1)?.key === 'number' && (isMap(input) || Array.isArray(input))));
const inQuotes = 'if it is meant as text, put it in quotes';

/** Of several forms none of which fits: for a list the one of lists, for a map that which knows the first key that any knows. */
function formMeant(schema: object | undefined, input: unknown): GenericSchema | undefined {
  const forms = schema !== undefined && 'options' in schema ? (schema.options as GenericSchema[]) : [];
  if (Array.isArray(input)) return forms.find((form) => 'item' in bareOf(form));
  if (!isMap(input)) return undefined;
  const ofKey = (key: string): GenericSchema | undefined =>
    forms.find((form) => keysOf(bareOf(form)).includes(key));
  const first = Object.keys(input as object).find((key) => ofKey(key) !== undefined);
  return first === undefined ? undefined : ofKey(first);
}

/** The keys of `data` that a {@link looseMap} somewhere in `schema` took without knowing them. */
export function unknownKeys(schema: object, data: unknown): SchemaIssue[] {
  const found: SchemaIssue[] = [];
  const path: (string | number)[] = [];
  const look = (within: object, value: unknown, key: string | number): void => {
    path.push(key);
    lookInto(within, value);
    path.pop();
  };
  const lookInto = (within: object, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const bare = bareOf(within);
    if ('item' in bare && Array.isArray(value)) {
      for (let at = 0; at < value.length; at += 1) look(bare.item as object, value[at], at);
    } else if ('entries' in bare && isMap(value)) {
      const entries = bare.entries as Record<string, object>;
      for (const key of Object.keys(value)) {
        const known = Object.hasOwn(entries, key) ? entries[key] : undefined;
        if (known === undefined) found.push(unknownKey([...path, key], Object.keys(entries)));
        else look(known, (value as Record<string, unknown>)[key], key);
      }
    }
  };
  lookInto(schema, data);
  return found;
}

function unknownKey(path: SchemaIssue['path'], known: readonly string[]): SchemaIssue {
  const key = String(path.at(-1));
  const odd = /[^\S ]|\p{Format}/u.exec(key)?.[0].codePointAt(0);
  const cure =
    odd === undefined
      ? (didYouMean(key, known) ?? `known here: ${known.join(', ')}`)
      : cureOfOdd(
          String.fromCodePoint(odd),
          `the character U+${odd.toString(16).toUpperCase().padStart(4, '0')}`,
        );
  return { path, code: 'unknown-key', message: `unknown key ${joined(path)}`, cure };
}

const cureOfOdd = (character: string, said: string): string =>
  /^\p{Format}$/u.test(character)
    ? `take out ${said}, which cannot be seen`
    : `write a blank in the place of ${said}, which only looks like one`;

const joined = (path: readonly (string | number)[]): string =>
  path.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`)).join('');

const words: Record<string, string> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'a map',
  null: 'nothing',
};

const expectation = (expected: string | null): string =>
  words[expected ?? ''] ?? expected ?? 'something else';

function received(issue: BaseIssue<unknown>): string {
  const { input } = issue;
  if (Array.isArray(input)) return 'a list';
  if (input instanceof Promise) return 'a promise: await it';
  if (typeof input === 'object' && input !== null) return isMap(input) ? 'a map' : 'an object of a class';
  if (input === null || input === undefined) return 'nothing';
  switch (typeof input) {
    case 'string':
      return `the text ${JSON.stringify(input)}`;
    case 'number':
    case 'boolean':
    case 'bigint':
      return `the ${typeof input} ${input}`;
    default:
      return `a ${typeof input}`;
  }
}

const isKey = (key: unknown): key is string | number => typeof key === 'string' || typeof key === 'number';

/** Of what `path` leads to. */
function schemaAt(schema: object, path: Path): object | undefined {
  const bare = bareOf(schema);
  const [first, ...rest] = path;
  if (first === undefined) return bare;
  if ('item' in bare) return schemaAt(bare.item as object, rest);
  const next = 'entries' in bare ? (bare.entries as Record<string, object>)[first] : undefined;
  return next && schemaAt(next, rest);
}

const keysOf = (schema: object | undefined): string[] =>
  schema !== undefined && 'entries' in schema ? Object.keys(schema.entries as object) : [];

const bareOf = remembered(unwrap);

/** Without `optional(...)` around it, and of checks in a row the one that knows keys. */
function unwrap(schema: object): object {
  if ('wrapped' in schema) return unwrap(schema.wrapped as object);
  if ('pipe' in schema) return (schema.pipe as object[]).find((part) => 'entries' in part) ?? schema;
  return schema;
}
