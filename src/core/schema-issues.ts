/** What a schema finds wrong with a value, with the nearest names that it knows. It does not know where the value was written. */
import type { BaseIssue } from 'valibot';
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
export function schemaIssues(
  schema: object,
  issues: readonly BaseIssue<unknown>[],
  whole: string,
): SchemaIssue[] {
  const dotted = (path: readonly (string | number)[]): string => (path.length === 0 ? whole : joined(path));
  return issues.flatMap(closest).flatMap((issue): SchemaIssue[] => {
    const path = (issue.path ?? []).map(({ key }) => key).filter(isKey);
    if (issue.type === 'strict_object' && issue.expected === 'never') {
      // Valibot tells the first one of a map only.
      const above = path.slice(0, -1);
      const known = keysAt(schema, above);
      const there = Object.keys(issue.path?.at(-1)?.input as object);
      return there.filter((key) => !known.includes(key)).map((key) => unknownKey([...above, key], known));
    }
    if (issue.type.endsWith('object') && issue.message.startsWith('Invalid key')) {
      const message = `${dotted(path)} is missing`;
      return [{ path: path.slice(0, -1), code: 'missing-key', message, cure: undefined }];
    }
    const wrong = issue.kind === 'schema' && issue.message.startsWith('Invalid type');
    const wanted = issue.type === 'custom' ? 'a map' : expectation(issue.expected);
    const message = wrong ? `must be ${wanted}, not ${received(issue)}` : issue.message;
    return [{ path, code: 'wrong-value', message: `${dotted(path)} ${message}`, cure: undefined }];
  });
}

/** Of several forms none of which fits, the one whose keys do and one of whose words does not: that word is what is wrong. */
function closest(issue: BaseIssue<unknown>): BaseIssue<unknown>[] {
  const words = (issue.issues ?? []).filter(({ type }) => issue.type === 'union' && type === 'picklist');
  return words.length === 0 ? [issue] : words.map((word) => ({ ...word, ...joinedPath(issue, word) }));
}

/** What is inside an issue has its path from there. */
function joinedPath(issue: BaseIssue<unknown>, within: BaseIssue<unknown>): Pick<BaseIssue<unknown>, 'path'> {
  const [first, ...rest] = [...(issue.path ?? []), ...(within.path ?? [])];
  return first === undefined ? {} : { path: [first, ...rest] };
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
  const cure = didYouMean(String(path.at(-1)), known) ?? `known here: ${known.join(', ')}`;
  return { path, code: 'unknown-key', message: `unknown key ${joined(path)}`, cure };
}

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

/** The keys of the map that `path` leads to. */
function keysAt(schema: object, path: readonly (string | number)[]): string[] {
  const bare = bareOf(schema);
  const [first, ...rest] = path;
  if (first === undefined) return 'entries' in bare ? Object.keys(bare.entries as object) : [];
  if ('item' in bare) return keysAt(bare.item as object, rest);
  if (!('entries' in bare)) return [];
  const next = (bare.entries as Record<string, object>)[first];
  return next === undefined ? [] : keysAt(next, rest);
}

const bareOf = remembered(unwrap);

/** Without `optional(...)` around it, and of checks in a row the one that knows keys. */
function unwrap(schema: object): object {
  if ('wrapped' in schema) return unwrap(schema.wrapped as object);
  if ('pipe' in schema) return (schema.pipe as object[]).find((part) => 'entries' in part) ?? schema;
  return schema;
}
