/** The files that templates and steps name: their digests, read once for a whole plan. It does not know what they are for. */
import type { StepScriptWithInputs } from '../config/written-config.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import { type InputFile, maxScriptBytes } from '../core/recipe.ts';
import type { MergedTemplate, TemplateLists } from '../core/template.ts';
import type { FileProblem, Files } from '../ports/files.ts';
import { type InputFaults, inputWords, type NamedInput, nothingMatches } from './input-faults.ts';
import { firstOf } from './told.ts';
import { unlisted } from './unlisted.ts';

/** By the name that amifile.ts has for each. */
type Steps = Readonly<Record<string, Required<StepScriptWithInputs>>>;

export interface InputIndex {
  /** The file at a workspace path. */
  readonly files: ReadonlyMap<string, InputFile>;
  /** What a pattern finds. */
  readonly matches: ReadonlyMap<string, readonly string[]>;
  /** What is wrong with those that amifile.ts names. */
  readonly diagnostics: readonly Diagnostic[];
  /** What is wrong with those that a template names, for each with which something is. */
  readonly lacking: ReadonlyMap<TemplateName, readonly Diagnostic[]>;
}

/** Those of the steps and of the templates. A pattern is looked for once, and a file read once. */
export async function readInputs(
  files: Files,
  steps: Steps,
  templates: Iterable<Naming>,
): Promise<InputIndex> {
  const all = [...templates];
  const named = [...namedBySteps(steps), ...all.flatMap(namedBy)];
  const matches = new Map<string, readonly string[]>();
  const faults: InputFaults = { patterns: new Map(), files: new Map(), scripts: new Map() };
  for (const pattern of new Set(named.flatMap(({ isScript, path }) => (isScript ? [] : [path])))) {
    const listed = await files.list([pattern]);
    if (!listed.ok) faults.patterns.set(pattern, unlisted(listed.error));
    else if (listed.value.length === 0) faults.patterns.set(pattern, await nothingMatches(files, pattern));
    else matches.set(pattern, listed.value);
  }
  const scripts = new Set(named.flatMap(({ isScript, path }) => (isScript ? [path] : [])));
  const found = new Map<string, InputFile>();
  for (const path of new Set([...scripts, ...[...matches.values()].flat()])) {
    const file = await files.digest(path);
    if ('digest' in file) found.set(path, file);
    else faults.files.set(path, file.problem);
    const long = scripts.has(path) && 'digest' in file ? await tooLong(files, path) : undefined;
    if (long !== undefined) faults.scripts.set(path, long);
  }
  const words = inputWords(matches, faults);
  const wrongWith = (ones: readonly Named[], file: string): Diagnostic[] =>
    firstOf(
      eachOnce(ones.flatMap((one) => words(one).map((fault) => [fault, one] as const))).map(
        ([fault, { at }]) =>
          () => ({ ...fault, place: at.place }),
      ),
      file,
    );
  const lacking = all.map(
    (merged) => [merged.template.name, wrongWith(namedBy(merged), merged.template.file)] as const,
  );
  return {
    files: found,
    matches,
    diagnostics: wrongWith(namedBySteps(steps), 'amifile.ts'),
    lacking: new Map(lacking.filter(([, wrong]) => wrong.length > 0)),
  };
}

/** `own`: without what it inherits, which is its ancestors' to name. */
type Naming = Pick<MergedTemplate, 'template'> & { readonly own: Pick<TemplateLists, 'scripts' | 'inputs'> };

interface Named extends NamedInput {
  readonly at: Pick<Diagnostic, 'place'>;
}

function namedBySteps(steps: Steps): Named[] {
  const at = { place: { file: 'amifile.ts' } };
  return Object.entries(steps).flatMap(([step, { script, inputs }]): Named[] => [
    { path: script, isScript: true, at, other: `set steps.${step} in amifile.ts to another script` },
    ...inputs.map((path) => ({ path, isScript: false, at, other: otherInput })),
  ]);
}

const namedBy = ({ own }: Naming): Named[] => [
  ...own.scripts.map((at) => ({ path: at.value, isScript: true, at, other: otherScript })),
  ...own.inputs.map((at) => ({ path: at.value, isScript: false, at, other: otherInput })),
];

const otherScript = 'name another script, by its path from the folder of amifile.ts';
const otherInput = 'take it out of the pattern';

type Fault = readonly [Diagnostic, Named];

/** A file that several patterns find is told of where the first stands. */
function eachOnce(faults: readonly Fault[]): readonly Fault[] {
  if (faults.length < 2) return faults;
  return [...new Map(faults.toReversed().map((one) => [one[0].message, one])).values()].toReversed();
}

async function tooLong(files: Files, path: string): Promise<FileProblem | undefined> {
  const content = await files.read(path, maxScriptBytes);
  return 'problem' in content ? content.problem : undefined;
}
