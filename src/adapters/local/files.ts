/** The files of a workspace on a disk. It does not know what they hold. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Digest } from '../../core/ids.ts';
import { fail, ok } from '../../core/result.ts';
import type { FileDigest, FileProblem, Files, UnlistedFolder } from '../../ports/files.ts';
import { glob } from './glob.ts';
import { forReading, identityNow, problemOf, readNow } from './read-now.ts';

/** `now`: milliseconds since 1970. */
export function localFiles(root: string, now: () => number = Date.now): Files {
  let top: string | undefined;
  const realTop = (): string => (top ??= realpathSync.native(root));
  /** Real paths of folders that files were read from: to ask for each file takes longer than to read it. */
  const folders = new Map<string, string>();
  /** The real path of a file, if links lead nowhere outside. */
  const inside = (path: string): string | { readonly problem: FileProblem } => {
    try {
      const real = realpathSync.native(join(root, path));
      return real.startsWith(realTop() + sep) ? real : { problem: 'outside-workspace' };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  };
  /** Where a file is, if its folder is inside; it may be a link itself. */
  const unlessLink = (path: string): string | undefined => {
    const folder = dirname(path);
    const known = folders.get(folder) ?? (folder === '.' ? realTop() : inside(folder));
    if (typeof known !== 'string') return undefined;
    folders.set(folder, known);
    return [known, basename(path)].join(sep);
  };

  /** Runs `use` on the opened file, if it is a regular one inside the workspace. */
  const withFile = async <Value>(
    path: string,
    use: (file: FileHandle, size: number, mode: number) => Promise<Value>,
  ): Promise<Value | { readonly problem: FileProblem }> => {
    const real = inside(path);
    if (typeof real !== 'string') return real;
    let file: FileHandle | undefined;
    try {
      file = await open(real, forReading);
      const status = await file.stat();
      return status.isFile() ? await use(file, status.size, status.mode) : { problem: 'not-a-file' };
    } catch (error) {
      return { problem: problemOf(error) };
    } finally {
      await file?.close();
    }
  };

  /** Where a file may be written: inside, in the place of a file or of what a link to one leads to. Undefined: nowhere. */
  const placeFor = async (path: string): Promise<string | undefined> => {
    let folder = dirname(path);
    while (folder !== '.' && !existsSync(join(root, folder))) folder = dirname(folder);
    if (folder !== '.' && typeof inside(folder) !== 'string') return undefined;
    const absolute = join(root, path);
    await mkdir(dirname(absolute), { recursive: true });
    const there = await lstat(absolute).catch(() => undefined);
    if (there === undefined || there.isFile()) return absolute;
    const real = there.isSymbolicLink() ? inside(path) : undefined;
    return typeof real === 'string' && (await stat(real)).isFile() ? real : undefined;
  };

  return {
    async list(patterns) {
      try {
        return ok(await glob(patterns, root));
      } catch (error) {
        return fail(unlistedFolder(root, error));
      }
    },
    read(path, maxBytes) {
      const direct = unlessLink(path);
      const content = direct === undefined ? undefined : readNow(direct, maxBytes, now());
      if (content !== undefined && 'text' in content) return Promise.resolve(content);
      const real = inside(path);
      return Promise.resolve(typeof real === 'string' ? readNow(real, maxBytes, now()) : real);
    },
    identity(path) {
      const direct = unlessLink(path);
      return Promise.resolve(direct === undefined ? undefined : identityNow(direct, now()));
    },
    digest: (path) =>
      withFile(path, async (file, _size, mode): Promise<FileDigest> => {
        const hash = createHash('sha256');
        for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
        return { path, digest: hash.digest('hex') as Digest, executable: (mode & 0o111) !== 0 };
      }),
    async write(path, text) {
      const absolute = join(root, path);
      try {
        const place = await placeFor(path);
        if (place === undefined) return undefined;
        await writeWhole(place, text);
        return absolute;
      } catch {
        return undefined;
      }
    },
  };
}

/** Under another name first: whoever reads meanwhile, or after a crash, finds the old text or the new one. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function unlistedFolder(root: string, error: unknown): UnlistedFolder {
  if (!(error instanceof Error && 'path' in error && 'code' in error)) throw error;
  return { folder: relative(root, String(error.path)), why: String(error.code) };
}
