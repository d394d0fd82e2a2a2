/** Runs an earlier amifile.ts in a folder of its own, beside the files of its time. It does not know what it sets. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Files } from '../ports/files.ts';
import { readAmifile } from './amifile.ts';
import type { WrittenConfig } from './written-config.ts';

const mostBytes = 1024 * 1024;
const prefix = 'amifile-';
/** A run that was killed leaves its folder; none of an amifile.ts takes so long. */
const leftAfterMs = 10 * 60_000;

/** `outside`: texts of files beside the workspace, by their paths from it; `isWanted`: which files of the workspace it may read. */
export async function runApart(
  root: string,
  files: Files,
  outside: ReadonlyMap<string, string>,
  isWanted: (path: string) => boolean,
): Promise<WrittenConfig> {
  const folder = await freshFolder(root);
  try {
    // Deep enough that what is beside the workspace has room too.
    const up = Math.max(0, ...Array.from(outside.keys(), (path) => path.split('/').lastIndexOf('..') + 1));
    const apart = join(folder, ...Array.from({ length: up }, () => 'w'));
    await mkdir(apart, { recursive: true });
    for (const [path, text] of outside) await put(join(apart, path), text);
    await copyOut(files, ['**/*'], apart, isWanted);
    return await inside(apart, root, async () => (await readAmifile(apart)).value);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Within the workspace, so that its packages are found from there. */
async function freshFolder(root: string): Promise<string> {
  const own = join(root, '.amigraph');
  try {
    await mkdir(own, { recursive: true });
    const folder = await mkdtemp(join(own, prefix));
    await removeLeftovers(own, (await stat(folder)).mtimeMs - leftAfterMs);
    return folder;
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

/** By the clock of the file system, which all that share it go by. */
async function removeLeftovers(own: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(own)) {
    const folder = join(own, name);
    // Another run may have removed it meanwhile.
    const found = name.startsWith(prefix) ? await stat(folder).catch(() => undefined) : undefined;
    if (found !== undefined && found.mtimeMs < beforeMs) await rm(folder, { recursive: true, force: true });
  }
}

/** With what links to folders lead to, as far as one link goes: they may lead round in circles. */
async function copyOut(
  files: Files,
  patterns: readonly string[],
  folder: string,
  isWanted: (path: string) => boolean,
  through = true,
): Promise<void> {
  const found = await files.list(patterns);
  for (const path of found.ok ? found.value : []) {
    if (!isWanted(path)) continue;
    const content = await files.read(path, mostBytes);
    if (!('problem' in content)) await put(join(folder, path), content.text);
    else if (content.problem === 'not-a-file' && through)
      await copyOut(files, [`${path.replaceAll(/[^\w/.-]/g, '\\$&')}/**`], folder, isWanted, false);
  }
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** From the folder there that is the working folder here: what amifile.ts reads may be named from that. */
async function inside<Value>(apart: string, root: string, run: () => Promise<Value>): Promise<Value> {
  const cwd = process.cwd();
  const below = relative(root, cwd);
  if (below.startsWith('..')) return run();
  await mkdir(join(apart, below), { recursive: true });
  process.chdir(join(apart, below));
  try {
    return await run();
  } finally {
    process.chdir(cwd);
  }
}
