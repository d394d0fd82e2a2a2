/** EC2's filters and pages, for any kind of resource. It does not know which filters a resource has. */
import { Refusal } from '../call.ts';
import type { Tags } from '../records.ts';
import type { Query } from './query.ts';

const maxFilters = 50;
const maxValues = 200;
/** Of a page. */
const most = 1000;

export type FilterValues<Thing> = Readonly<
  Record<string, (thing: Thing) => string | readonly string[] | undefined>
>;

/** A test for all filters of the query: any value of each must match, with `*` and `?` as wildcards. */
export function filterOf<Thing extends { readonly tags: Tags }>(
  query: Query,
  values: FilterValues<Thing>,
): (thing: Thing) => boolean {
  const filters = query.groups('Filter');
  if (filters.length > maxFilters) {
    throw new Refusal('FilterLimitExceeded', `The maximum number of filters is ${maxFilters}.`);
  }
  const tests = filters.map((filter) => {
    const name = filter.required('Name');
    const wanted = filter.list('Value');
    if (wanted.length > maxValues) {
      throw new Refusal(
        'FilterLimitExceeded',
        `The maximum number of filter values specified on a single call is ${maxValues}`,
      );
    }
    const read = reader(name, values);
    const exact = new Set(wanted.filter((pattern) => !/[*?\\]/u.test(pattern)));
    const patterns = wanted.filter((pattern) => !exact.has(pattern)).map(wildcard);
    return (thing: Thing): boolean =>
      read(thing).some((value) => exact.has(value) || patterns.some((pattern) => pattern.test(value)));
  });
  return (thing) => tests.every((test) => test(thing));
}

function reader<Thing extends { readonly tags: Tags }>(
  name: string,
  values: FilterValues<Thing>,
): (thing: Thing) => readonly string[] {
  if (name === 'tag-key') return (thing) => Object.keys(thing.tags);
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (thing) => (Object.hasOwn(thing.tags, key) ? [thing.tags[key] ?? ''] : []);
  }
  const read = Object.hasOwn(values, name) ? values[name] : undefined;
  if (read === undefined) throw new Refusal('InvalidParameterValue', `The filter '${name}' is invalid`);
  return (thing) => {
    const value = read(thing);
    if (value === undefined) return [];
    return typeof value === 'string' ? [value] : value;
  };
}

function wildcard(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\[*?\\]|[*?]|[\\^$.+()[\]{}|/]/gu, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return part.length === 2 ? part : `\\${part}`;
  });
  return new RegExp(`^${source}$`, 'su');
}

export interface Page<Thing> {
  readonly things: readonly Thing[];
  readonly nextToken?: string;
}

/** One page of things, which come in the order of their ids; no more of them are looked at than it takes. */
export function pageOf<Thing extends { readonly id: string }>(
  query: Query,
  things: Iterable<Thing>,
  least: number,
): Page<Thing> {
  const size = query.count('MaxResults') ?? most;
  if (size < least || size > most) {
    throw new Refusal(
      'InvalidParameterValue',
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between ${least} and ${most}.`,
    );
  }
  const after = pageStart(query);
  const page: Thing[] = [];
  for (const thing of things) {
    if (thing.id <= after) continue;
    const last = page.at(-1);
    if (page.length === size && last !== undefined)
      return { things: page, nextToken: Buffer.from(`after ${last.id}`).toString('base64') };
    page.push(thing);
  }
  return { things: page };
}

/** The id after which the page begins; empty: the first page. */
export function pageStart(query: Query): string {
  const token = query.text('NextToken');
  if (token === undefined || token === '') return '';
  const id = /^after (.+)$/u.exec(Buffer.from(token, 'base64').toString('utf8'))?.[1];
  if (id === undefined) throw new Refusal('InvalidNextToken', 'The specified pagination token is invalid.');
  return id;
}

export const inIdOrder = <Thing extends { readonly id: string }>(things: readonly Thing[]): Thing[] =>
  things.toSorted((a, b) => (a.id < b.id ? -1 : 1));
