/** The options that a commit's amifile.ts sets, run apart from the user's files. It does not know what they are for. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readAmifile } from '../config/amifile.ts';
import type { Config } from '../config/config.ts';
import { resolveConfig } from '../config/resolve.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Files } from '../ports/files.ts';
import type { GitTree } from '../ports/git.ts';
import type { Workspace } from './context.ts';

/** What amifile.ts may import, or read. */
const mayBeRead = /\.(?:[cm]?[jt]s|jsonc?|json5|ya?ml|toml|txt|csv|env|ini)$/;
const patternOfThose = '**/*.{ts,mts,cts,js,mjs,cjs,json,jsonc,json5,yaml,yml,toml,txt,csv,env,ini}';

const mostBytes = 1024 * 1024;

/**
 * Those of the working tree, where nothing differs that amifile.ts may have to do with; undefined where there is no amifile.ts.
 * Throws InvalidInput where it cannot be run.
 */
export async function configAt(
  tree: GitTree,
  commit: string,
  { config, files }: Pick<Workspace, 'config' | 'files'>,
): Promise<Config | undefined> {
  if (tree.identity('amifile.ts') === undefined) return undefined;
  const differing = [...tree.changed].filter((path) => mayBeRead.test(path));
  const onDisk = await templatesOf(files, config);
  const others = differing.filter((path) => !onDisk.has(path));
  if (others.length === 0) return config;
  const templates = new Set([...onDisk, ...(await templatesOf(tree.files, config))]);
  if (others.every((path) => templates.has(path))) return config;
  const folder = await freshFolder(config.root);
  try {
    await copyOut(tree.files, templates, folder);
    const { templates: pattern, maxDepth, base, builder, steps } = await readAmifile(folder);
    const written = { templates: pattern, maxDepth, base, builder, steps };
    const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
    return resolveConfig(config.root, given, {}, {});
  } catch (error) {
    throw error instanceof InvalidInput ? atCommit(error, commit) : error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function templatesOf(files: Files, { templates }: Config): Promise<ReadonlySet<string>> {
  const list = await files.list([templates]);
  return new Set(list.ok ? list.value : []);
}

/** Within the workspace, so that its packages are found from there. */
async function freshFolder(root: string): Promise<string> {
  const own = join(root, '.amigraph');
  try {
    await mkdir(own, { recursive: true });
    return await mkdtemp(join(own, 'amifile-'));
  } catch (error) {
    throw new InvalidInput([
      {
        severity: 'error',
        code: 'amifile-apart',
        message: `an earlier amifile.ts cannot be run: ${error instanceof Error ? error.message : String(error)}`,
        cure: `make ${own} a folder that can be written to`,
      },
    ]);
  }
}

async function copyOut(files: Files, without: ReadonlySet<string>, folder: string): Promise<void> {
  const found = await files.list([patternOfThose]);
  for (const path of found.ok ? found.value : []) {
    const content = without.has(path) ? undefined : await files.read(path, mostBytes);
    if (content === undefined || 'problem' in content) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content.text);
  }
}

const atCommit = ({ diagnostics }: InvalidInput, commit: string): InvalidInput =>
  new InvalidInput(
    diagnostics.map((one) => ({
      ...one,
      message: `at ${commit.slice(0, 12)}: ${one.message}`,
      cure: 'compare with a commit whose amifile.ts can be run where only the files beside it are',
    })),
  );
