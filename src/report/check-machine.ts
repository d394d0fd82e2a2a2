/** What is said of this machine: Node, git, and what confines the sandbox's steps. It does not look at it. */
import type { GitProblem } from '../ports/git.ts';
import { type Check, failedCheck, okCheck, warningCheck } from './check.ts';
import { gitDiagnostic } from './git-trouble.ts';

/** `needed`: of package.json, `>=20.19`. */
export function nodeCheck(version: string, needed: string): Check {
  const least = needed.replace(/^>=/, '');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  const isNew = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return isNew
    ? okCheck('Node', `${version}; ${least} or newer is needed`)
    : failedCheck('Node', `${version} is too old`, `install Node ${least} or newer`);
}

/** `version`: undefined where there is no git; `problem`: why the workspace's repository does not answer. */
export function gitCheck(version: string | undefined, problem: GitProblem | undefined, root: string): Check {
  if (problem === undefined) return okCheck('git', `${version}; the workspace is in a repository`);
  const { message, cure = '' } = gitDiagnostic(problem, root);
  return warningCheck('git', message, `${cure}; only affected and --affected need it`);
}

/** What the sandbox would do. */
export const sandboxChecks = (folder: string, confined: boolean): Check[] => [
  okCheck('sandbox', `${folder} can be used`),
  confined
    ? okCheck('bubblewrap', 'steps of the sandbox really run')
    : warningCheck(
        'bubblewrap',
        'not installed, or not allowed here: steps of the sandbox are simulated',
        'install bubblewrap; AWS does not need it',
      ),
];
