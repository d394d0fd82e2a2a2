/** YAML text to plain data. It does not know what a template is, nor where values stand unless it is given a trail to leave. */
import {
  boolCoreTag,
  type Event,
  EVENT_ID,
  floatCoreTag,
  getScalarValue,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from 'js-yaml';
import { type ScalarEvent, startOf } from './scalar-place.ts';
import { cureOfSyntax } from './yaml-cures.ts';
import { otherVersion, secondDocument, syntaxProblem, type YamlProblem } from './yaml-faults.ts';
import type { YamlTrail } from './yaml-trail.ts';

type YamlScalar = string | number | boolean | null;
/** In a map, a key `__proto__` is a key like any other. */
export type YamlData = YamlScalar | readonly YamlData[] | YamlMap;
interface YamlMap {
  readonly [key: string]: YamlData;
}

/** What stands in the place of a value that is told as a problem: nothing more is to be said of it. */
export const unreadable: YamlMap = Object.freeze({});

export interface ParsedYaml {
  /** Undefined where the text is not YAML. */
  readonly data: YamlData | undefined;
  readonly problems: readonly YamlProblem[];
}

const maxDepth = 32;
/** Aliases multiply what they stand for; a long text counts as a value for each so many characters. */
const mostValues = 200_000;
const charactersOfValue = 64;

/** One document of YAML 1.2, with the merge keys (`<<`) of 1.1. What follows an error of syntax means nothing, so it is the only one told. */
export function parseYaml(text: string, trail?: YamlTrail): ParsedYaml {
  try {
    return compose(text, parseEvents(text, { filename: '', maxDepth }), trail);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error;
    return { data: undefined, problems: [syntaxProblem(text, reason, mark?.position ?? 0)] };
  }
}

interface Anchored {
  readonly data: YamlData;
  /** How many values it holds. */
  readonly values: number;
}

type CollectionEvent = Extract<Event, { type: typeof EVENT_ID.SEQUENCE | typeof EVENT_ID.MAPPING }>;

type MutableMap = { [key: string]: YamlData };

function compose(text: string, events: readonly Event[], trail: YamlTrail | undefined): ParsedYaml {
  const problems: YamlProblem[] = [];
  const anchors = new Map<string, Anchored>();
  let position = 0;
  let values = 0;

  const wrong = (message: string, at: number, cure: string): YamlMap => {
    problems.push({ message, at, cure });
    return unreadable;
  };

  const next = (): Event => {
    const event = events[position];
    if (event === undefined) throw new Error('the events of a document have no end');
    position += 1;
    return event;
  };

  const read = (event: Event): YamlData => {
    const first = values;
    values += 1;
    const data = dataOf(event);
    if (event.type === EVENT_ID.SCALAR && typeof data === 'string')
      values += Math.trunc(data.length / charactersOfValue);
    if ('anchorStart' in event && event.anchorStart >= 0 && event.type !== EVENT_ID.ALIAS) {
      const name = text.slice(event.anchorStart, event.anchorEnd);
      anchors.set(name, { data, values: values - first });
      trail?.anchor(name);
    }
    return data;
  };

  const dataOf = (event: Event): YamlData => {
    switch (event.type) {
      case EVENT_ID.SCALAR:
        if (event.valueStart >= 0) trail?.at(startOf(text, event), event);
        return scalar(text, event, wrong);
      case EVENT_ID.ALIAS:
        return alias(event);
      case EVENT_ID.SEQUENCE:
        trail?.at(event.start);
        return untagged(event, '!!seq', list(event.start));
      case EVENT_ID.MAPPING:
        trail?.at(event.start);
        return untagged(event, '!!map', map());
      default:
        throw new Error('a document begins inside another');
    }
  };

  const untagged = (event: CollectionEvent, own: string, data: YamlData): YamlData => {
    if (event.tagStart < 0) return data;
    const tag = text.slice(event.tagStart, event.tagEnd);
    return tag === own || tag === '!'
      ? data
      : wrong(`the tag ${tag} has no meaning here`, event.tagStart, cureOfSyntax('tag'));
  };

  const alias = (event: Extract<Event, { type: typeof EVENT_ID.ALIAS }>): YamlData => {
    const name = text.slice(event.anchorStart, event.anchorEnd);
    const target = anchors.get(name);
    trail?.at(event.anchorStart - 1);
    if (target === undefined)
      return wrong(`there is no anchor &${name}`, event.anchorStart, cureOfSyntax('anchor'));
    trail?.alias(name);
    const before = values;
    values += target.values;
    if (values <= mostValues) return target.data;
    const message = `aliases stand for more than ${mostValues} values`;
    return before > mostValues ? unreadable : wrong(message, event.anchorStart, 'write out what is meant');
  };

  const list = (at: number): YamlData => {
    const items: YamlData[] = [];
    for (let event = next(); event.type !== EVENT_ID.POP; event = next()) {
      trail?.enter(items.length, at);
      items.push(read(event));
      trail?.leave();
    }
    return items;
  };

  const map = (): YamlMap => {
    const entries: MutableMap = {};
    let merged: YamlData | undefined;
    for (let event = next(); event.type !== EVENT_ID.POP; event = next()) {
      const at = startOfAny(text, event);
      trail?.enter('?', at);
      const key = read(event);
      trail?.leave();
      const name = typeof key === 'object' && key !== null ? undefined : String(key);
      trail?.enter(name === undefined || Object.hasOwn(entries, name) ? '?' : name, at);
      const before = problems.length;
      const value = read(next());
      trail?.leave();
      if (key === unreadable) continue;
      if (name === undefined) wrong('a key must be text', at, 'name the key by a word');
      else if (Object.hasOwn(entries, name))
        wrong(`the key ${name} stands twice in one map`, at, 'join the two, or remove one');
      else if (name === mergeKey && isPlain(event)) {
        if (merged !== undefined)
          wrong(`${mergeKey} stands twice in one map`, at, `join the two, as in ${mergeKey}: [*a, *b]`);
        else if (isMergeable(value)) merged = value;
        else if (problems.length === before)
          wrong(
            `${mergeKey} takes a map, or a list of maps`,
            at,
            `name one by its anchor, as in ${mergeKey}: *defaults`,
          );
      } else put(entries, name, value);
    }
    return merged === undefined ? entries : withMerged(entries, merged);
  };

  /** What a map has itself wins, then the earlier of several that are merged into it. */
  const withMerged = (entries: MutableMap, merged: YamlData): YamlMap => {
    const several = Array.isArray(merged);
    for (const [index, one] of (several ? merged : [merged]).entries()) {
      for (const [key, value] of Object.entries(isMapping(one) ? one : {})) {
        if (Object.hasOwn(entries, key)) continue;
        put(entries, key, value);
        trail?.merged(key, several ? [mergeKey, index, key] : [mergeKey, key]);
      }
    }
    return entries;
  };

  const begin = events[position];
  if (begin?.type !== EVENT_ID.DOCUMENT) {
    wrong('the file holds nothing', 0, 'write what the image shall hold, or remove the file');
    return { data: undefined, problems };
  }
  position += 1;
  const version = otherVersion(text);
  if (version !== undefined) problems.push(version);
  const data = read(next());
  next();
  if (position < events.length) {
    wrong('the file holds more than one document', secondDocument(text), 'make a file of each');
  }
  return { data, problems };
}

/** Setting `__proto__` would set the prototype. */
function put(entries: MutableMap, key: string, value: YamlData): void {
  if (key !== '__proto__') entries[key] = value;
  else Object.defineProperty(entries, key, { value, enumerable: true, configurable: true, writable: true });
}

function startOfAny(text: string, event: Event): number {
  if ('start' in event) return event.start;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  return event.type === EVENT_ID.SCALAR ? startOf(text, event) : 0;
}

const mergeKey = '<<';

const isPlain = (event: Event): boolean =>
  event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;

const isMapping = (data: YamlData): data is YamlMap =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

const isMergeable = (data: YamlData): boolean =>
  isMapping(data) || (Array.isArray(data) && data.every(isMapping));

function scalar(
  text: string,
  event: ScalarEvent,
  wrong: (message: string, at: number, cure: string) => YamlMap,
): YamlScalar | YamlMap {
  const written = getScalarValue(text, event);
  if (event.tagStart >= 0) {
    const tag = text.slice(event.tagStart, event.tagEnd);
    if (tag === '!!str' || tag === '!') return written;
    return wrong(`the tag ${tag} has no meaning here`, event.tagStart, cureOfSyntax('tag'));
  }
  if (event.style !== SCALAR_STYLE.PLAIN || !mayBeOther.test(written)) return written;
  for (const tag of [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag]) {
    const resolved: YamlScalar | typeof NOT_RESOLVED = tag.resolve(written, false, tag.tagName);
    if (resolved !== NOT_RESOLVED) return resolved;
  }
  return written;
}

/** How a number, a truth value or nothing begins in the core schema; most words do not. */
const mayBeOther = /^(?:[-+.\d~nNtTfF]|$)/;
