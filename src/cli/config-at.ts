/** The options that a commit's amifile.ts sets. It does not know what they are for. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runApart } from '../config/amifile-apart.ts';
import type { Config } from '../config/config.ts';
import type { WrittenConfig } from '../config/written-config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Files } from '../ports/files.ts';
import type { GitTree } from '../ports/git.ts';
import type { Workspace } from './context.ts';

/**
 * Those of the working tree, where nothing differs that amifile.ts may have to do with, which is anything but templates;
 * undefined where there is no amifile.ts. `untracked`: files on the disk that git neither tracks nor ignores.
 * Throws InvalidInput where it cannot be run.
 */
export async function configAt(
  tree: GitTree,
  commit: string,
  workspace: Workspace,
  untracked: ReadonlySet<string>,
): Promise<Config | undefined> {
  const { config, files } = workspace;
  if (tree.identity('amifile.ts') === undefined)
    // What git does not track now either is the same at all times.
    return tree.changed.has('amifile.ts') ? undefined : config;
  const outside = await outsideAt(tree, workspace);
  const onDisk = await templatesOf(files, config);
  const differing = [...tree.changed, ...untracked].filter((path) => !onDisk.has(path));
  const earlier = differing.length === 0 ? onDisk : await templatesOf(tree.files, config);
  if (!outside.differs && differing.every((path) => earlier.has(path))) return config;
  try {
    const templates = new Set([...onDisk, ...earlier]);
    const written = await runApart(config.root, tree.files, outside.texts, (path) => !templates.has(path));
    return asThen(written, workspace);
  } catch (error) {
    throw error instanceof InvalidInput ? atCommit(error, commit) : error;
  }
}

/** What can make a digest another one is as it was written; all else is as it is now. */
function asThen(written: WrittenConfig, { config, configOf }: Workspace): Config {
  // Where the manifest was is of no importance, but an AWS without a bucket would be an error.
  const then = configOf({ ...written, bucket: config.bucket });
  const { templates, maxDepth, base, builder, steps, provider, region } = then;
  return { ...config, templates, maxDepth, base, builder, steps, provider, region };
}

async function outsideAt(
  tree: GitTree,
  { config, outside }: Workspace,
): Promise<{ readonly texts: ReadonlyMap<string, string>; readonly differs: boolean }> {
  const texts = new Map<string, string>();
  let differs = false;
  for (const path of outside) {
    const now = await readFile(join(config.root, path), 'utf8').catch(() => undefined);
    // What git does not have is the same at all times.
    const then = (await tree.outside(path)) ?? now;
    if (then !== undefined) texts.set(path, then);
    differs ||= then !== now;
  }
  return { texts, differs };
}

async function templatesOf(files: Files, { templates }: Config): Promise<ReadonlySet<string>> {
  const list = await files.list([templates]);
  return new Set(list.ok ? list.value : []);
}

const atCommit = ({ diagnostics }: InvalidInput, commit: string): InvalidInput =>
  new InvalidInput(
    diagnostics.map((one) => ({
      ...one,
      message: `at ${commit.slice(0, 12)}: ${one.message}`,
      cure: 'compare with a commit whose amifile.ts can be run where only the text files beside it are',
    })),
  );
