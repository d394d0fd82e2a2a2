/** The two states of a workspace that `affected` compares, from git and the disk. It does not know digests. */
import { remembering } from '../adapters/local/patchwork.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Result } from '../core/result.ts';
import type { GitProblem, GitTree, Repository } from '../ports/git.ts';
import { gitDiagnostic } from '../report/git-trouble.ts';
import { named, newsOnDisk, partly } from './affected-news.ts';
import { configAt } from './config-at.ts';
import type { Workspace } from './context.ts';

/** The workspace at one time. */
export type State = Pick<Workspace, 'config' | 'files'>;

/** As it was typed. */
export interface WantedEnds {
  readonly base?: string | undefined;
  readonly head?: string | undefined;
  readonly uncommitted?: boolean;
  readonly untracked?: boolean;
  /** Workspace paths of files and folders; empty: all. */
  readonly files?: readonly string[] | undefined;
}

export interface Ends {
  readonly base: string;
  /** Undefined: the working tree. */
  readonly head: string | undefined;
  /** Undefined: there was no workspace yet. */
  readonly before: State | undefined;
  readonly after: State;
  /** Whether the file is the same at both. */
  same(path: string): boolean;
  /** Where the whole disk is the later state: all paths of which that may not be so. */
  readonly changed: ReadonlySet<string> | undefined;
}

/** Throws InvalidInput. */
export function answered<Value>(result: Result<Value, GitProblem>, { config }: State, flag?: string): Value {
  if (result.ok) return result.value;
  throw new InvalidInput([gitDiagnostic(result.error, config.root, flag)]);
}

export async function openEnds(
  repository: Repository,
  workspace: Workspace,
  wanted: WantedEnds,
): Promise<Ends> {
  const onDisk: State = { config: workspace.config, files: remembering(workspace.indexed) };
  const { base, head } = await commitsOf(repository, workspace, wanted);
  const [tree, others] = await Promise.all([repository.tree(base, onDisk.files), repository.untracked()]);
  const was = answered(tree, workspace);
  const untracked = answered(others, workspace);
  const at = async (one: GitTree, commit: string): Promise<State | undefined> => {
    const config = await configAt(one, commit, { ...workspace, ...onDisk }, untracked);
    return config && { config, files: remembering(one.files) };
  };
  const before = await at(was, base);
  if (head === undefined) {
    const news = await newsOnDisk(untracked, was, onDisk, wanted);
    const changed = news === undefined ? was.changed : undefined;
    return {
      base,
      head,
      before,
      changed,
      ...partly(was, before, onDisk, (path) => was.isOnDisk(path), news),
    };
  }
  const is = answered(await repository.tree(head, onDisk.files), workspace);
  const after = await at(is, head);
  if (after === undefined) throw new InvalidInput([noWorkspace(head)]);
  const same = (path: string): boolean => {
    const identity = was.identity(path);
    return identity !== undefined && identity === is.identity(path);
  };
  const news = await named(wanted.files ?? [], was, after);
  return { base, head, before, changed: undefined, ...partly(was, before, after, same, news) };
}

async function commitsOf(
  repository: Repository,
  workspace: Workspace,
  wanted: WantedEnds,
): Promise<Pick<Ends, 'base' | 'head'>> {
  const commit = async (ref: string, flag?: string): Promise<string> =>
    answered(await repository.commit(ref), workspace, flag);
  if (wanted.uncommitted === true || wanted.untracked === true)
    return { base: await commit('HEAD'), head: undefined };
  const ref = wanted.base ?? workspace.config.affected.base;
  if (ref === undefined) throw new InvalidInput([noBase]);
  const base = await commit(ref, '--base');
  const head = wanted.head === undefined ? undefined : await commit(wanted.head, '--head');
  const common = await repository.mergeBase(base, head ?? (await commit('HEAD')));
  return { base: answered(common, workspace), head };
}

const noBase = {
  severity: 'error',
  code: 'no-base',
  message: 'there is no commit to compare with',
  cure: "say --base main, set AMIGRAPH_BASE, or write affected: { base: 'main' } in amifile.ts",
} as const;

const noWorkspace = (head: string) =>
  ({
    severity: 'error',
    code: 'no-amifile',
    message: `there is no amifile.ts in ${head.slice(0, 12)}`,
    cure: 'give --head a commit that has this workspace',
  }) as const;
