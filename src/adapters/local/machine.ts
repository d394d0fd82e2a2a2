/** What is installed on this machine, as far as amigraph uses it. It does not judge it. */
import { findGit } from './git-program.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Machine {
  readonly node: string;
  /** Undefined: there is none. */
  readonly git: string | undefined;
}

export async function lookAtMachine(folder: string, env: Environment): Promise<Machine> {
  const git = await findGit(env);
  const version = (await git?.run(folder, ['version']))?.stdout.toString('utf8');
  return {
    node: process.versions.node,
    git: version?.replace(/^git version /, '').trim(),
  };
}
