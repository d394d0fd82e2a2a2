/** The files that templates and steps name: their digests, read once for a whole plan. It does not know what they are for. */
import type { StepScriptWithInputs } from '../config/written-config.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { type InputFile, maxScriptBytes } from '../core/recipe.ts';
import type { MergedTemplate } from '../core/template.ts';
import type { FileProblem, Files } from '../ports/files.ts';
import { unlisted } from './unlisted.ts';

/** By the name that amifile.ts has for each. */
type Steps = Readonly<Record<string, Required<StepScriptWithInputs>>>;

export interface InputIndex {
  /** The file at a workspace path. */
  readonly files: ReadonlyMap<string, InputFile>;
  /** What a pattern finds. */
  readonly matches: ReadonlyMap<string, readonly string[]>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Those of the steps and of the templates. A pattern is looked for once, and a file read once. */
export async function readInputs(
  files: Files,
  steps: Steps,
  templates: Iterable<MergedTemplate>,
): Promise<InputIndex> {
  const all = [...templates];
  const patterns = uniquePatterns(steps, all);
  const matches = new Map<string, readonly string[]>();
  const diagnostics: Diagnostic[] = [];
  for (const [pattern, written] of patterns) {
    const listed = await files.list([pattern]);
    if (!listed.ok) diagnostics.push({ ...unlisted(listed.error), place: written.place });
    else if (listed.value.length === 0) diagnostics.push(await nothingMatches(files, pattern, written.place));
    else matches.set(pattern, listed.value);
  }

  const scripts = new Map<string, Named>();
  for (const [step, { script }] of Object.entries(steps)) {
    scripts.set(script, {
      place: () => ({ file: 'amifile.ts' }),
      other: `set steps.${step} in amifile.ts to another script`,
    });
  }
  for (const script of all.flatMap(({ own }) => own.scripts)) {
    const other = 'name another script, by its path from the folder of amifile.ts';
    scripts.set(script.value, { place: () => script.place, other });
  }

  const placeOf = (path: string): Diagnostic['place'] =>
    [...patterns].find(([pattern]) => matches.get(pattern)?.includes(path))?.[1].place;
  const found = new Map<string, InputFile>();
  for (const path of new Set([...scripts.keys(), ...[...matches.values()].flat()])) {
    const script = scripts.get(path);
    const file = await files.digest(path);
    const problem = 'problem' in file ? file.problem : script && (await tooLong(files, path));
    if ('digest' in file) found.set(path, file);
    if (problem !== undefined)
      diagnostics.push(
        unusable(
          path,
          problem,
          script ?? { place: () => placeOf(path), other: 'take it out of the pattern' },
        ),
      );
  }
  return { files: found, matches, diagnostics };
}

async function tooLong(files: Files, path: string): Promise<FileProblem | undefined> {
  const content = await files.read(path, maxScriptBytes);
  return 'problem' in content ? content.problem : undefined;
}

/** Where each pattern is written: in a template rather than in amifile.ts, of which no line is known. */
function uniquePatterns(
  steps: Steps,
  templates: readonly MergedTemplate[],
): ReadonlyMap<string, Pick<Diagnostic, 'place'>> {
  const ofSteps = Object.values(steps).flatMap(({ inputs }) => inputs);
  return new Map<string, Pick<Diagnostic, 'place'>>([
    ...ofSteps.map((pattern) => [pattern, { place: { file: 'amifile.ts' } }] as const),
    ...templates.flatMap(({ own }) => own.inputs).map((input) => [input.value, input] as const),
  ]);
}

/** Where a file was named, and what to name in its stead. */
interface Named {
  readonly place: () => Diagnostic['place'];
  readonly other: string;
}

const words: Record<FileProblem, readonly [why: string, cure: string]> = {
  missing: ['does not exist', 'put it there'],
  'not-a-file': ['is not a regular file', 'make it a file'],
  'outside-workspace': ['is a link to a place outside the workspace', 'copy it into the workspace'],
  unreadable: ['cannot be read', 'make it a file that you may read'],
  'too-big': [
    `is larger than ${maxScriptBytes / 1024} KiB, which is what fits into one SSM command`,
    'have it fetch what is long',
  ],
  'not-text': ['is not UTF-8 text', 'save it as UTF-8'],
};

function unusable(path: string, problem: FileProblem, { place, other }: Named): Diagnostic {
  // What is no UTF-8 in a name was replaced by this when the folder was listed.
  const misnamed = problem === 'missing' && path.includes('\uFFFD');
  const [why, cure] = misnamed
    ? (['has a name that is not UTF-8 text', 'rename it'] as const)
    : words[problem];
  return {
    severity: 'error',
    code: `input-${problem}`,
    message: `${path} ${why}`,
    place: place(),
    cure: `${cure}, or ${other}`,
  };
}

async function nothingMatches(
  files: Files,
  pattern: string,
  place: Diagnostic['place'],
): Promise<Diagnostic> {
  const below = `${pattern.replace(/\/+$/, '')}/**`;
  const inside = await files.list([below]);
  const isFolder = inside.ok && inside.value.length > 0;
  return {
    severity: 'error',
    code: 'input-missing',
    message: isFolder
      ? `${pattern} is a folder, and files are what is covered`
      : `no file matches ${pattern}`,
    place,
    cure: isFolder
      ? `write ${below}`
      : 'mend the pattern, which begins at the folder of amifile.ts, or add the files',
  };
}
