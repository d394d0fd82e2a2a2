/** The templates that a command line selects, or why it cannot. It does not know what is done with them. */
import { type Diagnostic, InvalidInput } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Collection, Selectable } from './collection.ts';
import { links } from './links.ts';
import { severalNames } from './names.ts';
import type { MergedTemplate } from '../core/template.ts';
import { type Match, matchPattern, noTemplate } from './pattern.ts';

export interface Wanted {
  /** Patterns as in pattern.ts. */
  readonly names: readonly string[] | 'all';
  /** Patterns of what is taken out again. */
  readonly exclude?: readonly string[];
  /** Takes the good ones where others that are wanted cannot be used; a name alone must be good. */
  readonly keepGoing?: boolean;
}

export interface Selection {
  /** Parents before children. */
  readonly templates: ReadonlySet<TemplateName>;
  /** Those that are, or may be, wanted too and cannot be used. */
  readonly left: readonly TemplateName[];
  /** Why they cannot. */
  readonly lacking: readonly Diagnostic[];
}

/** Throws InvalidInput where a pattern fits nothing, what is wanted cannot be used, or nothing is left. */
export function select(collection: Selectable, wanted: Wanted): Selection {
  const { names, exclude = [], keepGoing = false } = wanted;
  const errors = errorsOf(collection);
  if (collection.templates.size + collection.unusable.size === 0 && errors.length > 0)
    throw new InvalidInput(errors);
  const problems: Diagnostic[] = [];
  const matched = (patterns: readonly string[]): Match[] =>
    patterns.flatMap((pattern) => {
      const match = matchPattern(collection, pattern);
      if (match.ok) return [match.value];
      problems.push(match.error);
      return [];
    });
  const taken = names === 'all' ? [everything(collection)] : matched(names);
  const out = matched(exclude);
  const named = taken.flatMap(({ exact, unusable }) => (exact ? [...unusable] : []));
  problems.push(...named.map((name) => unusable([name])));
  if (problems.length > 0) throw new InvalidInput([...problems, ...errorsAbout(collection, named)]);

  const excluded = new Set(out.flatMap((match) => [...match.templates, ...match.unusable]));
  const inTheWay = taken.map((match) => inTheWayOf(collection, match, excluded));
  const obstacles = inTheWay.flatMap(obstaclesOf);
  const left = [...new Set(inTheWay.flatMap(({ fit, within }) => [...fit, ...within]))];
  const lacking = errorsAbout(collection, left);
  if (left.length > 0 && !keepGoing) {
    const plain = names === 'all' && exclude.length === 0;
    throw new InvalidInput(plain ? errors : [...obstacles, ...lacking]);
  }
  const all = new Set(taken.flatMap(({ templates }) => [...templates]));
  const templates = [...collection.templates.keys()].filter((name) => all.has(name) && !excluded.has(name));
  if (templates.length === 0)
    throw new InvalidInput(left.length > 0 ? [...obstacles, ...lacking] : [nothingLeft]);
  return { templates: new Set(templates), left, lacking };
}

/** The template of that very name. Throws InvalidInput where there is none, or it cannot be used. */
export function selectOne(collection: Collection, name: TemplateName): MergedTemplate {
  const found = collection.templates.get(name);
  if (found !== undefined) return found;
  if (collection.unusable.has(name))
    throw new InvalidInput([unusable([name]), ...errorsAbout(collection, [name])]);
  const unseen = unlistedFolders(collection);
  throw new InvalidInput(unseen.length > 0 ? unseen : [noTemplate(collection, name)]);
}

/** It may be in one of these. */
function unlistedFolders(collection: Selectable): Diagnostic[] {
  const files = new Set([...collection.unusable.values()].flatMap((one) => one.files));
  return errorsOf(collection).filter(
    ({ code, place }) => code === 'unreadable' && place !== undefined && !files.has(place.file),
  );
}

/** Errors about the templates themselves. */
export const errorsOf = ({ diagnostics }: Selectable): Diagnostic[] =>
  diagnostics.filter(({ severity }) => severity === 'error');

/** Why these cannot be used: errors about them, and about what they stand on. */
export function errorsAbout(collection: Selectable, names: Iterable<TemplateName>): Diagnostic[] {
  const reached = new Set(names);
  const files = new Set<string>();
  const own = new Set<Diagnostic>();
  for (const name of reached) {
    const one = collection.unusable.get(name);
    for (const file of one?.files ?? []) files.add(file);
    for (const error of one?.errors ?? []) own.add(error);
    for (const { edge } of (one?.templates ?? []).flatMap(links)) reached.add(edge.from);
  }
  return errorsOf(collection).filter(
    (error) => own.has(error) || (error.place !== undefined && files.has(error.place.file)),
  );
}

const everything = ({ templates, unusable: bad }: Selectable): Match => ({
  pattern: '**',
  exact: false,
  downward: false,
  templates: new Set(templates.keys()),
  unusable: new Set(bad.keys()),
});

interface InTheWay {
  readonly pattern: string;
  readonly fit: readonly TemplateName[];
  readonly within: readonly TemplateName[];
}

/** What a match fits, or may reach, that cannot be used and is not excluded. */
function inTheWayOf(
  collection: Selectable,
  { pattern, downward, unusable: fitting }: Match,
  excluded: ReadonlySet<TemplateName>,
): InTheWay {
  const fit = [...fitting].filter((name) => !excluded.has(name));
  const others = downward ? [...collection.unusable.keys()] : [];
  return { pattern, fit, within: others.filter((name) => !excluded.has(name) && !fitting.has(name)) };
}

function obstaclesOf({ pattern, fit, within }: InTheWay): Diagnostic[] {
  const cure = 'mend them, take them out with --exclude, or build the others with --keep-going';
  return [
    ...(fit.length === 0 ? [] : [{ ...unusable(fit), cure }]),
    ...(within.length === 0 ? [] : [{ ...withinReach(pattern, within), cure }]),
  ];
}

/** To stand before the errors. */
export const unusable = (names: readonly TemplateName[]): Diagnostic => ({
  severity: 'error',
  code: 'unusable-template',
  message: `${severalNames(names)} cannot be used, for the errors below`,
});

const withinReach = (pattern: string, names: readonly TemplateName[]): Diagnostic => ({
  severity: 'error',
  code: 'unusable-template',
  message: `${pattern} may reach ${severalNames(names)}, which cannot be used, for the errors below`,
});

const nothingLeft: Diagnostic = {
  severity: 'error',
  code: 'nothing-selected',
  message: 'no template is left: --exclude takes out all that are selected',
  cure: 'exclude fewer',
};
