/** A workspace in a real git repository, and `affected` asked in it. */
import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { gitEnvironment, makeRepo, type Repo } from '../git-rig.ts';
import { type Environment, makeWorkspace, program, type Ran, threeTemplates, type Workspace } from './rig.ts';

export interface Branch {
  readonly workspace: Workspace;
  readonly repo: Repo;
  /** The commit that main is at. */
  readonly main: string;
  readonly run: (...args: string[]) => Promise<Ran>;
  /** `affected --base main` with these; what it prints, where it ends well. */
  readonly affected: (...args: string[]) => Promise<string>;
}

/** On a branch `work` that has nothing yet which main has not. */
export async function makeBranch(
  files: Readonly<Record<string, string>> = threeTemplates,
  env: Environment = {},
): Promise<Branch> {
  const workspace = await makeWorkspace({ '.gitignore': '.amigraph/\nignored/\n', ...files });
  const repo = await makeRepo(workspace.folder);
  repo.git('add', '.');
  repo.git('commit', '-q', '-m', 'first');
  repo.git('checkout', '-q', '-b', 'work');
  const run = (...args: string[]): Promise<Ran> => workspace.run(args, { ...gitEnvironment, ...env });
  return {
    workspace,
    repo,
    main: repo.git('rev-parse', 'main').trim(),
    run,
    affected: async (...args) => {
      const ran = await run('affected', ...(args.some(isEnd) ? [] : ['--base', 'main']), ...args);
      expect(ran).toMatchObject({ code: 0, stderr: ran.stdout === '' ? 'nothing is affected\n' : '' });
      return ran.stdout;
    },
  };
}

/** Where the rig of a workspace is not wanted: `folder` is one already. */
export function runIn(cwd: string, ...args: string[]): Ran {
  const ran = spawnSync(process.execPath, [program, ...args], { cwd, env: gitEnvironment, encoding: 'utf8' });
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

const isEnd = (arg: string): boolean => /^--(?:base|uncommitted|untracked)$/.test(arg);
