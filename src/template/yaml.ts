/** YAML text to values that know where they stand. It does not know what a template is. */
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
import type { Diagnostic, Place } from '../core/diagnostic.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { cureOfSyntax } from './yaml-cures.ts';

type YamlScalar = string | number | boolean | null;

/** `at` is the offset of the value's first character. */
export type YamlValue =
  | { readonly kind: 'scalar'; readonly at: number; readonly value: YamlScalar }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly YamlValue[] }
  | { readonly kind: 'map'; readonly at: number; readonly entries: ReadonlyMap<string, YamlEntry> };

interface YamlEntry {
  readonly keyAt: number;
  readonly value: YamlValue;
}

/** A parsed file: its value, and the way from an offset to a place. */
export interface YamlDocument {
  readonly value: YamlValue;
  place(offset: number): Place;
  excerpt(place: Place): string;
}

const maxDepth = 32;
/** Aliases multiply what they stand for; a template needs a few. */
const maxAliases = 100;

/** One document of YAML 1.2. The first thing wrong ends the reading: what follows a syntax error means nothing. */
export function parseYaml(file: string, text: string): Result<YamlDocument, Diagnostic> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const document = placer(file, source);
  try {
    return ok({ ...document, value: compose(source, parseEvents(source, { filename: file, maxDepth })) });
  } catch (error) {
    if (!(error instanceof YAMLException || error instanceof YamlProblem)) throw error;
    const offset = error instanceof YamlProblem ? error.at : (error.mark?.position ?? 0);
    const place = document.place(offset);
    const message = error instanceof YamlProblem ? error.message : `YAML: ${error.reason}`;
    const cure = error instanceof YamlProblem ? error.cure : cureOfSyntax(error.reason);
    return fail({ severity: 'error', code: 'yaml', message, place, excerpt: document.excerpt(place), cure });
  }
}

/** Why the text means nothing here; it never leaves this file. */
class YamlProblem extends Error {
  readonly at: number;
  readonly cure: string;
  constructor(message: string, at: number, cure: string) {
    super(message);
    this.at = at;
    this.cure = cure;
  }
}

const nothing = (): YamlProblem =>
  new YamlProblem('the file holds nothing', 0, 'write what the image shall hold, or remove the file');

function compose(source: string, events: readonly Event[]): YamlValue {
  const anchors = new Map<string, YamlValue>();
  let position = 0;
  /** Where the last value stood: a value that is left out has no place of its own. */
  let last = 0;
  let aliases = 0;

  const next = (): Event => {
    const event = events[position];
    position += 1;
    if (event === undefined) throw nothing();
    return event;
  };

  const remember = (event: { anchorStart: number; anchorEnd: number }, value: YamlValue): YamlValue => {
    if (event.anchorStart >= 0) anchors.set(source.slice(event.anchorStart, event.anchorEnd), value);
    return value;
  };

  const value = (event: Event): YamlValue => {
    switch (event.type) {
      case EVENT_ID.SCALAR:
        last = event.valueStart < 0 ? last : startOf(event);
        return remember(event, { kind: 'scalar', at: last, value: scalar(source, event) });
      case EVENT_ID.ALIAS: {
        const name = source.slice(event.anchorStart, event.anchorEnd);
        const target = anchors.get(name);
        aliases += 1;
        if (target === undefined)
          throw new YamlProblem(`there is no anchor &${name}`, event.anchorStart, cureOfSyntax('anchor'));
        if (aliases > maxAliases) {
          throw new YamlProblem(
            `more than ${maxAliases} aliases in one file`,
            event.anchorStart,
            'write some of the values out',
          );
        }
        return target;
      }
      case EVENT_ID.SEQUENCE: {
        const items: YamlValue[] = [];
        last = event.start;
        for (let item = next(); item.type !== EVENT_ID.POP; item = next()) items.push(value(item));
        return remember(event, { kind: 'list', at: event.start, items });
      }
      case EVENT_ID.MAPPING:
        return remember(event, { kind: 'map', at: event.start, entries: entries() });
      case EVENT_ID.DOCUMENT:
      case EVENT_ID.POP:
        throw nothing();
    }
  };

  const entries = (): Map<string, YamlEntry> => {
    const found = new Map<string, YamlEntry>();
    for (let event = next(); event.type !== EVENT_ID.POP; event = next()) {
      const key = value(event);
      if (key.kind !== 'scalar')
        throw new YamlProblem('a key must be text', key.at, 'name the key by a word');
      const name = String(key.value);
      if (found.has(name))
        throw new YamlProblem(
          `the key ${name} stands twice in one map`,
          key.at,
          'join the two, or remove one',
        );
      found.set(name, { keyAt: key.at, value: value(next()) });
    }
    return found;
  };

  if (next().type !== EVENT_ID.DOCUMENT) throw nothing();
  const result = value(next());
  const end = next();
  const more = events[position];
  if (end.type !== EVENT_ID.POP || more !== undefined) {
    throw new YamlProblem(
      'the file holds more than one document',
      source.lastIndexOf('\n---') + 1,
      'make a file of each',
    );
  }
  return result;
}

type ScalarEvent = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;

function startOf(event: ScalarEvent): number {
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return quoted ? event.valueStart - 1 : event.valueStart;
}

function scalar(source: string, event: ScalarEvent): YamlScalar {
  const text = getScalarValue(source, event);
  if (event.tagStart >= 0) {
    const tag = source.slice(event.tagStart, event.tagEnd);
    if (tag === '!!str' || tag === '!') return text;
    throw new YamlProblem(`the tag ${tag} has no meaning here`, event.tagStart, cureOfSyntax('tag'));
  }
  if (event.style !== SCALAR_STYLE.PLAIN) return text;
  for (const tag of [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag]) {
    const resolved: YamlScalar | typeof NOT_RESOLVED = tag.resolve(text, false, tag.tagName);
    if (resolved !== NOT_RESOLVED) return resolved;
  }
  return text;
}

/** Offsets to places and places to lines, from one look at where the lines begin. */
function placer(file: string, source: string): Pick<YamlDocument, 'place' | 'excerpt'> {
  let known: number[] | undefined;
  const starts = (): number[] =>
    (known ??= [0, ...Array.from(source.matchAll(/\n/g), (match) => match.index + 1)]);
  return {
    place(offset) {
      const all = starts();
      let low = 0;
      for (let high = all.length; high - low > 1;) {
        const middle = (low + high) >> 1;
        if ((all[middle] ?? 0) <= offset) low = middle;
        else high = middle;
      }
      return { file, line: low + 1, column: offset - (all[low] ?? 0) + 1 };
    },
    excerpt({ line }) {
      const all = starts();
      const end = (all[line] ?? source.length + 1) - 1;
      return source.slice(all[line - 1] ?? source.length, end).replace(/\r$/, '');
    },
  };
}
