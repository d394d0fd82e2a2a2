/** The files of a workspace on a disk. It does not know what they hold. */
import { isUtf8 } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { type FileHandle, mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import fastGlob from 'fast-glob';
import { byCodeUnits } from '../../core/order.ts';
import type { Digest } from '../../core/ids.ts';
import { fail, ok } from '../../core/result.ts';
import type { FileDigest, FileProblem, Files, UnlistedFolder } from '../../ports/files.ts';

const ignored = ['**/node_modules/**', '**/.git/**', '.amigraph/**'];

/** Opening a pipe or a device would wait for a writer otherwise. */
const forReading = constants.O_RDONLY | constants.O_NONBLOCK;

/** Equal as long as the content is, but for a change within the same tick of the file system's clock. */
export interface FileState {
  readonly identity: string;
  readonly device: bigint;
  /** When it last changed, in nanoseconds, on the file system's clock. */
  readonly changedNs: bigint;
}

export interface LocalFiles extends Files {
  /** Of a regular file inside the workspace; undefined: there is none. */
  state(path: string): Promise<FileState | undefined>;
}

export function localFiles(root: string): LocalFiles {
  let top: string | undefined;
  /** Real paths of folders that files were read from: to ask for each file takes longer than to read it. */
  const folders = new Map<string, string>();
  /** The real path of a file, if links lead nowhere outside. */
  const inside = (path: string): string | { readonly problem: FileProblem } => {
    try {
      top ??= realpathSync.native(root);
      const real = realpathSync.native(join(root, path));
      return real.startsWith(top + sep) ? real : { problem: 'outside-workspace' };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  };
  /** Where a file is, if its folder is inside; it may be a link itself. */
  const unlessLink = (path: string): string | undefined => {
    const folder = dirname(path);
    const known = folders.get(folder) ?? inside(folder);
    if (typeof known !== 'string') return undefined;
    folders.set(folder, known);
    return join(known, basename(path));
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

  return {
    async list(patterns) {
      try {
        // Links to folders are not followed: they may lead out of the workspace, or round in circles.
        const found = await fastGlob([...patterns], {
          cwd: root,
          dot: true,
          ignore: ignored,
          followSymbolicLinks: false,
          onlyFiles: false,
          objectMode: true,
        });
        const files = found.filter(({ dirent }) => !dirent.isDirectory());
        return ok(files.map(({ path }) => path).toSorted(byCodeUnits));
      } catch (error) {
        return fail(unlistedFolder(root, error));
      }
    },
    read(path, maxBytes) {
      const direct = unlessLink(path);
      const content = direct === undefined ? undefined : readNow(direct, maxBytes);
      if (content !== undefined && 'text' in content) return Promise.resolve(content);
      const real = inside(path);
      return Promise.resolve(typeof real === 'string' ? readNow(real, maxBytes) : real);
    },
    async state(path) {
      const real = inside(path);
      const status =
        typeof real === 'string' ? await stat(real, { bigint: true }).catch(() => undefined) : undefined;
      if (status?.isFile() !== true) return undefined;
      const { dev, ino, size, mode, mtimeNs, ctimeNs } = status;
      return {
        identity: [dev, ino, size, mode, mtimeNs, ctimeNs].join(' '),
        device: dev,
        changedNs: mtimeNs > ctimeNs ? mtimeNs : ctimeNs,
      };
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
        await mkdir(dirname(absolute), { recursive: true });
        await writeWhole(await realpath(absolute).catch(() => absolute), text);
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

type Content = { readonly text: string } | { readonly problem: FileProblem };

/** Small files by the thousand: at once each, which takes a fifth of the time that promises and a pool of threads do. */
function readNow(path: string, maxBytes: number): Content {
  let file: number | undefined;
  try {
    file = openSync(path, forReading | constants.O_NOFOLLOW);
    const status = fstatSync(file);
    if (!status.isFile()) return { problem: 'not-a-file' };
    if (status.size > maxBytes) return { problem: 'too-big' };
    return decoded(readAll(file, status.size));
  } catch (error) {
    return { problem: problemOf(error) };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** At most `size` bytes, in a buffer that the next call uses again. */
function readAll(file: number, size: number): Buffer {
  if (buffer.length < size) buffer = Buffer.allocUnsafeSlow(size);
  let end = 0;
  while (end < size) {
    const read = readSync(file, buffer, end, size - end, null);
    if (read === 0) break;
    end += read;
  }
  return buffer.subarray(0, end);
}

let buffer = Buffer.alloc(0);

/** Whatever a decoder replaced would be neither what was hashed nor what was meant. */
function decoded(bytes: Buffer): Content {
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { problem: 'not-text' };
}

function problemOf(error: unknown): FileProblem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable';
}

function unlistedFolder(root: string, error: unknown): UnlistedFolder {
  if (!(error instanceof Error && 'path' in error && 'code' in error)) throw error;
  return { folder: relative(root, String(error.path)), why: String(error.code) };
}
