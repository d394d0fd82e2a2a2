/** What is said of a repository that cannot answer, where the end-to-end tests do not make it say so. */
import { expect, test } from 'vitest';
import type { GitProblem } from '../../src/ports/git.ts';
import { gitDiagnostic } from '../../src/report/git-trouble.ts';

/** No branch of a remote can be meant. */
const shallow: [string, string[]][] = [
  ['main~1', ['origin']],
  ['main', []],
  ['a..b', ['origin']],
];

test.each<[GitProblem, string, string]>([
  [
    { code: 'unsafe-repository', folder: '/w' },
    'git does not read /w, which belongs to another user',
    'if you trust it: git config --global --add safe.directory /w',
  ],
  [
    { code: 'submodule-commit', folder: 'vendor', commit: '0123456789abcdef' },
    'the submodule vendor does not have its commit 0123456789ab',
    'git submodule update --init vendor, or git -C vendor fetch origin 0123456789abcdef',
  ],
  [
    { code: 'git-failed', command: 'cat-file', said: 'no' },
    'git cat-file failed: no',
    'look at it with git fsck; in a clone without all objects, it must be able to fetch them',
  ],
  [
    { code: 'git-failed', command: 'diff', said: 'no' },
    'git diff failed: no',
    'run git status in /w, and mend what it says',
  ],
  [
    { code: 'unknown-ref', ref: 'up/main', shallow: true, names: ['work'], remotes: ['origin', 'up'] },
    'git knows no commit up/main',
    'this is a shallow clone: git fetch --unshallow up main:refs/remotes/up/main, then --base up/main; in GitHub Actions, fetch-depth: 0 for actions/checkout',
  ],
  ...shallow.map(([ref, remotes]): [GitProblem, string, string] => [
    { code: 'unknown-ref', ref, shallow: true, names: ['work'], remotes },
    `git knows no commit ${ref}`,
    'this is a shallow clone: git fetch --unshallow fetches the rest of the history; in GitHub Actions, fetch-depth: 0 for actions/checkout',
  ]),
  [
    { code: 'unknown-ref', ref: 'a', shallow: false, names: ['origin/x/a', 'up/a'], remotes: [] },
    'git knows no commit a',
    'say --base up/a',
  ],
])('%o', (problem, message, cure) => {
  expect(gitDiagnostic(problem, '/w')).toEqual({ severity: 'error', code: problem.code, message, cure });
});
