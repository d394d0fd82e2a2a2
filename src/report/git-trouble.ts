/** The words for a repository that cannot answer, and what helps. It does not know which command asked. */
import { type Diagnostic, errorOf } from '../core/diagnostic.ts';
import { didYouMean } from '../core/nearest.ts';
import type { GitProblem } from '../ports/git.ts';

/** `root`: the folder of the workspace; `flag`: what a name of git's was, or could have been, given with. */
export function gitDiagnostic(problem: GitProblem, root: string, flag = '--base'): Diagnostic {
  switch (problem.code) {
    case 'git-missing':
      return errorOf(problem.code, {
        message: 'there is no git on PATH, and what is affected is told from git',
        cure: 'install git, or name what to build',
      });
    case 'no-repository':
      return errorOf(problem.code, {
        message: `${root} is in no git repository`,
        cure: 'run it in a clone of one, or name what to build',
      });
    case 'unsafe-repository':
      return errorOf(problem.code, {
        message: `git does not read ${problem.folder}, which belongs to another user`,
        cure: `if you trust it: git config --global --add safe.directory ${problem.folder}`,
      });
    case 'bare-repository':
      return errorOf(problem.code, {
        message: `${root} is in a git repository that has no working tree`,
        cure: 'run it in a clone or a worktree',
      });
    case 'no-commit':
      return errorOf(problem.code, {
        message: 'there is no commit yet: HEAD leads to nothing',
        cure: 'commit first, or name what to build',
      });
    case 'unknown-ref':
      return errorOf(problem.code, {
        message: `git knows no commit ${problem.ref === '' ? "'' (the name is empty)" : problem.ref}`,
        cure: knownRef(problem, flag),
      });
    case 'no-merge-base':
      return errorOf(problem.code, {
        message: `${short(problem.base)} and ${short(problem.head)} have no commit in common${problem.shallow ? ' in this shallow clone' : ''}`,
        cure: problem.shallow ? wholeHistory : 'give --base a commit that the head came from',
      });
    case 'submodule-commit':
      return errorOf(problem.code, {
        message: `the submodule ${problem.folder} does not have its commit ${short(problem.commit)}`,
        cure: `git submodule update --init ${problem.folder}, or git -C ${problem.folder} fetch origin ${problem.commit}`,
      });
    case 'git-failed':
      return errorOf(problem.code, {
        message: `git ${problem.command} failed: ${problem.said}`,
        cure: readsObjects.has(problem.command)
          ? 'look at it with git fsck; in a clone without all objects, it must be able to fetch them'
          : `run git status in ${root}, and mend what it says`,
      });
  }
}

const readsObjects = new Set(['cat-file', 'ls-tree', 'merge-base', 'rev-parse']);

const onActions = 'in GitHub Actions, fetch-depth: 0 for actions/checkout';
const wholeHistory = `git fetch --unshallow fetches the rest of the history; ${onActions}`;

function knownRef(
  { ref, names, shallow, remotes }: Extract<GitProblem, { code: 'unknown-ref' }>,
  flag: string,
): string {
  const remote = names.find((name) => name.endsWith(`/${ref}`) && parts(name) === parts(ref) + 1);
  if (remote !== undefined) return `say ${flag} ${remote}`;
  if (shallow && ref !== '') {
    const source = remotes.find((name) => ref.startsWith(`${name}/`)) ?? remotes[0];
    if (source === undefined || !isBranch.test(ref) || isHash.test(ref))
      return `this is a shallow clone: ${wholeHistory}`;
    const branch = ref.startsWith(`${source}/`) ? ref.slice(source.length + 1) : ref;
    return `this is a shallow clone: git fetch --unshallow ${source} ${branch}:refs/remotes/${source}/${branch}, then ${flag} ${source}/${branch}; ${onActions}`;
  }
  const near = ref === '' ? undefined : didYouMean(ref, names);
  return near ?? `git branch --all shows what there is, and git fetch brings what is elsewhere`;
}

const isHash = /^[0-9a-f]{7,64}$/;
/** And nothing that leads on from one, such as `main~1`. */
const isBranch = /^(?!.*\.\.)[\w./-]+$/;

const parts = (ref: string): number => ref.split('/').length;

const short = (commit: string): string => commit.slice(0, 12);
