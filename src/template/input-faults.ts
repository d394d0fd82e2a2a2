/** What is wrong with scripts and inputs, in words. It does not know who names them, nor where. */
import { lockName } from '../config/lock.ts';
import { usualScripts } from '../config/usual-scripts.ts';
import { type Diagnostic, errorOf } from '../core/diagnostic.ts';
import { maxScriptBytes } from '../core/recipe.ts';
import type { Files, InputProblem } from '../ports/files.ts';

/** A script or a pattern of inputs. */
export interface NamedInput {
  readonly path: string;
  readonly isScript: boolean;
  /** What else may be done than to mend it. */
  readonly other: string;
}

export interface InputFaults {
  readonly patterns: Map<string, Diagnostic>;
  readonly files: Map<string, InputProblem>;
  /** Of what is good as an input. */
  readonly scripts: Map<string, InputProblem>;
}

/** What is to be said to whoever names one, but for where. `matches`: what each pattern finds. */
export function inputWords(
  matches: ReadonlyMap<string, readonly string[]>,
  faults: InputFaults,
): (named: NamedInput) => readonly Diagnostic[] {
  const wrongOf = (found: readonly string[]): (readonly [string, InputProblem])[] =>
    found.flatMap((file) => {
      const problem = faults.files.get(file);
      return problem === undefined ? [] : [[file, problem] as const];
    });
  // Most have none, and patterns may find very many files.
  const wrongIn = new Map(
    faults.files.size === 0 ? [] : Array.from(matches, ([pattern, found]) => [pattern, wrongOf(found)]),
  );
  return ({ path, isScript, other }) => {
    if (isScript) {
      const problem = faults.files.get(path) ?? faults.scripts.get(path);
      return problem === undefined ? [] : [unusable(path, problem, other)];
    }
    const pattern = faults.patterns.get(path);
    if (pattern !== undefined) return [pattern];
    return (wrongIn.get(path) ?? []).map(([file, problem]) => unusable(file, problem, other));
  };
}

const problems: Record<InputProblem, readonly [why: string, cure: string]> = {
  missing: ['does not exist', 'put it there'],
  'not-a-file': ['is not a regular file', 'make it a file'],
  'outside-workspace': ['is a link to a place outside the workspace', 'copy it into the workspace'],
  unreadable: ['cannot be read', 'make it a file that you may read'],
  'too-big': [
    `is larger than ${maxScriptBytes / 1024} KiB, which is what fits into one SSM command`,
    'have it fetch what is long',
  ],
  'not-text': ['is not UTF-8 text', 'save it as UTF-8'],
  'left-out': [
    'is there, and not among the files that count here',
    'say --untracked or --uncommitted too, or name it with --files',
  ],
};

function unusable(path: string, problem: InputProblem, other: string): Diagnostic {
  // What is no UTF-8 in a name was replaced by this when the folder was listed.
  const misnamed = problem === 'missing' && path.includes('\uFFFD');
  const [why, cure] = misnamed
    ? (['has a name that is not UTF-8 text', 'rename it'] as const)
    : problems[problem];
  return {
    severity: 'error',
    code: `input-${problem}`,
    message: `${path} ${why}`,
    cure: problem === 'left-out' ? cure : `${cure}${shipped(path, problem)}, or ${other}`,
  };
}

const shippedScripts = new Set<string>(Object.values(usualScripts));

const shipped = (path: string, problem: InputProblem): string =>
  problem === 'missing' && shippedScripts.has(path)
    ? " (amigraph's own are in node_modules/amigraph/scripts)"
    : '';

export async function nothingMatches(files: Files, pattern: string): Promise<Diagnostic> {
  if (pattern === lockName)
    return missing(`${lockName} is no input: the base image that it pins is in the digest`, 'take it out');
  const below = `${pattern.replace(/\/+$/, '')}/**`;
  const inside = await files.list([below]);
  if (inside.ok && inside.value.length > 0)
    return missing(`${pattern} is a folder, and files are what is covered`, `write ${below}`);
  const literally = pattern.replaceAll(/[()[\]{}!*?+@|\\]/g, '\\$&');
  const named = literally === pattern ? undefined : await files.list([literally]);
  return named?.ok === true && named.value.length > 0
    ? missing(`no file matches ${pattern}, though one is called so`, `write it as a pattern: ${literally}`)
    : missing(
        `no file matches ${pattern}`,
        'mend the pattern, which begins at the folder of amifile.ts, or add the files',
      );
}

const missing = (message: string, cure: string): Diagnostic => errorOf('input-missing', { message, cure });
