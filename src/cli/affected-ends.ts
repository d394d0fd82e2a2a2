/** The two states of a workspace that `affected` compares, from git and the disk. It does not know digests. */
import { patchwork, remembering } from '../adapters/local/patchwork.ts';
import type { Config } from '../config/config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Result } from '../core/result.ts';
import type { Files } from '../ports/files.ts';
import type { GitProblem, GitTree, Repository } from '../ports/git.ts';
import { gitDiagnostic } from '../report/git-trouble.ts';
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
  const was = answered(await repository.tree(base, onDisk.files), workspace);
  const before = await at(was, base, onDisk);
  if (head === undefined) {
    const news = await newsOnDisk(repository, was, onDisk, wanted);
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
  const after = await at(is, head, onDisk);
  if (after === undefined) throw new InvalidInput([noWorkspace(head)]);
  const same = (path: string): boolean => {
    const identity = was.identity(path);
    return identity !== undefined && identity === is.identity(path);
  };
  const news = await named(wanted.files ?? [], was, is.files);
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

async function at(tree: GitTree, commit: string, onDisk: State): Promise<State | undefined> {
  const config = await configAt(tree, commit, onDisk);
  return config && { config, files: remembering(tree.files) };
}

/** What of the later state counts; undefined: all of it. */
interface News {
  readonly files: (path: string) => boolean;
  readonly config: boolean;
}

async function newsOnDisk(
  repository: Repository,
  was: GitTree,
  onDisk: State,
  { uncommitted = false, untracked = false, files = [] }: WantedEnds,
): Promise<News | undefined> {
  if (!uncommitted && !untracked) return named(files, was, onDisk.files);
  const isUncommitted = amongThese(was.changed, was);
  if (!untracked) return { files: isUncommitted, config: true };
  const others = answered(await repository.untracked(), onDisk);
  const isUntracked = amongThese(others, was);
  return {
    files: (path) => isUntracked(path) || (uncommitted && isUncommitted(path)),
    config: uncommitted || isUntracked('amifile.ts'),
  };
}

const isCode = /\.(?:[cm]?[jt]s|json)$/;

/** Throws InvalidInput where neither state has such a file. */
async function named(files: readonly string[], was: GitTree, after: Files): Promise<News | undefined> {
  if (files.length === 0) return undefined;
  const isMissing = async (path: string): Promise<boolean> => {
    const found = await Promise.all([was.files, after].map((one) => one.read(path, 0)));
    return found.every((one) => 'problem' in one && /^(?:missing|outside)/.test(one.problem));
  };
  for (const path of files) if (await isMissing(path)) throw new InvalidInput([unknownFile(path)]);
  return { files: amongThese(files, was), config: files.some((path) => isCode.test(path)) };
}

/** Files, and folders with all in them; also what is reached through links that are, or lead to, one of these. */
function amongThese(paths: Iterable<string>, was: GitTree): (path: string) => boolean {
  const names = new Set(Array.from(paths, (path) => path.replace(/\/+$/, '')));
  const isNamed = (path: string): boolean => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
      if (names.has(path.slice(0, end))) return true;
    return false;
  };
  return (path) => was.ways(path).some(isNamed);
}

function partly(
  was: GitTree,
  before: State | undefined,
  after: State,
  same: (path: string) => boolean,
  news: News | undefined,
): Pick<Ends, 'after' | 'same'> {
  if (news === undefined) return { after, same };
  const config: Config = news.config ? after.config : (before ?? after).config;
  const files = remembering(patchwork(before?.files ?? was.files, after.files, news.files));
  return { after: { config, files }, same: (path) => !news.files(path) || same(path) };
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

const unknownFile = (path: string) =>
  ({
    severity: 'error',
    code: 'unknown-file',
    message: `--files ${path}: there is no such file, and there was none`,
    cure: 'give paths from the folder of amifile.ts, with commas between them',
  }) as const;
