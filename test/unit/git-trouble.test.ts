/** What is said of a repository that cannot answer, where the end-to-end tests do not make it say so. */
import { expect, test } from 'vitest';
import type { GitProblem } from '../../src/ports/git.ts';
import { gitDiagnostic } from '../../src/report/git-trouble.ts';

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
    { code: 'git-failed', command: 'diff', said: 'no' },
    'git diff failed: no',
    'look at it with git fsck; in a clone without all objects, it must be able to fetch them',
  ],
  [
    { code: 'unknown-ref', ref: 'origin/main', shallow: true, names: ['work'] },
    'git knows no commit origin/main',
    'this is a shallow clone: git fetch --unshallow origin main:refs/remotes/origin/main, then --base origin/main; in GitHub Actions, fetch-depth: 0 for actions/checkout',
  ],
  [
    { code: 'unknown-ref', ref: 'a', shallow: false, names: ['origin/x/a', 'up/a'] },
    'git knows no commit a',
    'say --base up/a',
  ],
])('%o', (problem, message, cure) => {
  expect(gitDiagnostic(problem, '/w')).toEqual({ severity: 'error', code: problem.code, message, cure });
});
