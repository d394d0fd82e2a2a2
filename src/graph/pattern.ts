/**
 * What one pattern of the command line stands for among the templates; the only importer of picomatch. It does not know what is done with them.
 *
 *     pattern = ["+"] subject ["+"]        `+x`: and all that x stands on; `x+`: and all that stands on x
 *     subject = name | glob                `*` and `?` stay within one folder, `**` crosses them; `{a,b}`, `[ab]`, `\*`
 *
 * A name wins over every other reading: first the whole text, then without the sign before it, without the sign behind, without both.
 */
import picomatch from 'picomatch';
import type { Diagnostic } from '../core/diagnostic.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import { shellWord } from '../core/shell-word.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Selectable } from './collection.ts';
import { meantTemplate } from './names.ts';

export interface Match {
  readonly pattern: string;
  /** The subject is the name of a template. */
  readonly exact: boolean;
  /** All that stands on the subject is meant, and of what cannot be used nobody knows what it stands on. */
  readonly downward: boolean;
  readonly templates: ReadonlySet<TemplateName>;
  /** Names that the subject fits, of templates that cannot be used. */
  readonly unusable: ReadonlySet<TemplateName>;
}

interface Reading {
  readonly subject: string;
  readonly upward: boolean;
  readonly downward: boolean;
}

/** What `pattern` stands for, at least one name; or that there is no such template. */
export function matchPattern(collection: Selectable, pattern: string): Result<Match, Diagnostic> {
  const { templates, unusable, graph } = collection;
  const isKnown = ({ subject }: Reading): boolean =>
    templates.has(templateName(subject)) || unusable.has(templateName(subject));
  const readings = readingsOf(pattern);
  const exact = readings.find(isKnown);
  const reading = exact ?? readings.at(-1) ?? bare(pattern);
  const { subject, upward, downward } = reading;
  if (exact === undefined && !isGlob(subject)) return fail(noNameOrFolder(collection, subject));
  const fits = exact === undefined ? globMatcher(subject) : (name: string) => name === subject;
  const found = [...templates.keys()].filter(fits);
  const bad = new Set([...unusable.keys()].filter(fits));
  if (found.length + bad.size === 0) return fail(noMatch(collection, subject));
  const all = new Set([
    ...found,
    ...(upward ? graph.withAncestors(found) : []),
    ...(downward ? graph.withDescendants(found) : []),
  ]);
  return ok({ pattern, exact: exact !== undefined, downward, templates: all, unusable: bad });
}

const bare = (subject: string): Reading => ({ subject, upward: false, downward: false });

function readingsOf(text: string): Reading[] {
  const [upward, downward] = [text.startsWith('+'), text.endsWith('+')];
  const signed: Reading[] = [
    ...(upward ? [{ subject: text.slice(1), upward, downward: false }] : []),
    ...(downward ? [{ subject: text.slice(0, -1), upward: false, downward }] : []),
    ...(upward && downward ? [{ subject: text.slice(1, -1), upward, downward }] : []),
  ];
  return [bare(text), ...signed.filter(({ subject }) => subject !== '')];
}

/** All that a pattern may call by name: `gromacs+` may be gromacs with what stands on it, or a template of that very name. */
export const subjectsOf = (pattern: string): string[] => readingsOf(pattern).map(({ subject }) => subject);

export const isGlob = (text: string): boolean => /[*?[{]/.test(text);

/** Picomatch refuses what is longer, and no name is nearly so long. */
const longestGlob = 10_000;

/** Whether a name fits, in the words of the grammar above. */
export function globMatcher(glob: string): (name: string) => boolean {
  if (glob.length > longestGlob) return () => false;
  // To picomatch they would be regular expressions.
  const literal = glob.replaceAll(/\\.|[()|+]/gsu, (one) => (one.startsWith('\\') ? one : `\\${one}`));
  const matches = picomatch(literal, {
    dot: true,
    nonegate: true,
    // `[!a]`.
    posix: true,
    // `md/**` is what is in md, and not a template md.
    strictSlashes: true,
    windows: false,
  });
  // A second argument has a meaning to it.
  return (name) => matches(name);
}

const namesOf = ({ templates, unusable }: Selectable): TemplateName[] => [
  ...templates.keys(),
  ...unusable.keys(),
];

export function noTemplate(collection: Selectable, subject: string): Diagnostic {
  const byFile = [...collection.templates.values()].find(({ template }) => template.file === subject);
  return {
    severity: 'error',
    code: 'unknown-template',
    message: `there is no template ${subject}`,
    cure:
      byFile === undefined
        ? meantTemplate(templateName(subject), namesOf(collection))
        : `did you mean ${byFile.template.name}?`,
  };
}

/** What a pattern may say, a template's name alone may not. */
function noNameOrFolder(collection: Selectable, subject: string): Diagnostic {
  const folder = subject.replace(/\/+$/, '');
  const isFolder = namesOf(collection).some((name) => name.startsWith(`${folder}/`));
  const error = noTemplate(collection, subject);
  return isFolder
    ? { ...error, cure: `for all in the folder ${folder}, say ${shellWord(`${folder}/**`)}` }
    : error;
}

function noMatch(collection: Selectable, glob: string): Diagnostic {
  return {
    severity: 'error',
    code: 'unknown-template',
    message: `no template matches ${glob}`,
    cure: meantTemplate(templateName(glob), namesOf(collection)),
  };
}
