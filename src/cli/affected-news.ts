/** Which part of the later state counts as new: all of it, some files, or what git does not have yet. It does not know digests. */
import { posix } from 'node:path';
import { waysTo } from '../adapters/local/named-file.ts';
import { patchwork, remembering } from '../adapters/local/patchwork.ts';
import type { Config } from '../config/config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { GitTree } from '../ports/git.ts';
import type { Ends, State, WantedEnds } from './affected-ends.ts';

/** What of the later state counts; undefined: all of it. */
export interface News {
  readonly files: (path: string) => boolean;
  readonly config: boolean;
}

export async function newsOnDisk(
  others: ReadonlySet<string>,
  was: GitTree,
  onDisk: State,
  { uncommitted = false, untracked = false, files = [] }: WantedEnds,
): Promise<News | undefined> {
  if (!uncommitted && !untracked) return named(files, was, onDisk);
  const isUncommitted = amongThese(was.changed, was);
  if (!untracked) return { files: isUncommitted, config: true };
  const isUntracked = amongThese(others, was);
  return {
    files: (path) => isUntracked(path) || (uncommitted && isUncommitted(path)),
    config: uncommitted || (await mayBeOptions([...others], was, onDisk)),
  };
}

/** Whatever is neither a script nor a template may be what amifile.ts reads. */
async function mayBeOptions(
  paths: readonly string[],
  was: GitTree,
  { config, files }: State,
): Promise<boolean> {
  const lists = await Promise.all([was.files, files].map((one) => one.list([config.templates])));
  const templates = new Set(lists.flatMap((list) => (list.ok ? list.value : [])));
  return paths.some((path) => !path.endsWith('.sh') && !templates.has(path));
}

/** Throws InvalidInput where neither state has such a file. */
export async function named(paths: readonly string[], was: GitTree, after: State): Promise<News | undefined> {
  if (paths.length === 0) return undefined;
  const isMissing = async (path: string): Promise<boolean> => {
    const found = await Promise.all([was.files, after.files].map((one) => one.read(path, 0)));
    return found.every((one) => 'problem' in one && /^(?:missing|outside)/.test(one.problem));
  };
  const wanted = paths.map((path) => inWorkspace(path, after.config.root));
  for (const [at, path] of wanted.entries())
    if (path !== '' && (await isMissing(path))) throw new InvalidInput([unknownFile(paths[at] ?? path)]);
  return {
    files: wanted.includes('') ? () => true : amongThese(wanted, was),
    config: await mayBeOptions(wanted, was, after),
  };
}

/** As git and the templates name it; the workspace itself is the empty text. Throws InvalidInput where it is elsewhere. */
function inWorkspace(path: string, root: string): string {
  const isOutside = (found: string): boolean => found === '..' || found.startsWith('../');
  const ways = posix.isAbsolute(path)
    ? waysTo(path).map((way) => posix.relative(root, way))
    : [posix.normalize(path)];
  const found = ways.find((way) => !isOutside(way)) ?? '..';
  if (isOutside(found)) throw new InvalidInput([fileOutside(path)]);
  return found.replace(/^\.$/, '').replace(/\/+$/, '');
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

export function partly(
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

const fileOutside = (path: string) =>
  ({
    severity: 'error',
    code: 'file-outside',
    message: `--files ${path}: it leads out of the workspace`,
    cure: 'give paths from the folder of amifile.ts, with commas between them',
  }) as const;

const unknownFile = (path: string) =>
  ({
    severity: 'error',
    code: 'unknown-file',
    message: `--files ${path}: there is no such file, and there was none`,
    cure: 'give paths from the folder of amifile.ts, with commas between them',
  }) as const;
