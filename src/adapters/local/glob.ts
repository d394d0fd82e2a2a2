/** Which files patterns stand for, on a disk or in what looks like one. It does not know what they hold. */
import * as machine from 'node:fs';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import { byCodeUnits } from '../../core/order.ts';

/** What belongs to other programs, and to this one. */
const ignored = ['**/node_modules/**', '**/.git/**', '.amigraph/**', 'amigraph.lock'];

/** So much of node:fs as is asked. */
export interface Disk {
  lstat(path: string, answer: (error: Error | null, status: Status) => void): void;
  readdir(
    path: string,
    options: { readonly withFileTypes: true },
    answer: (error: Error | null, entries: NamedStatus[]) => void,
  ): void;
}

type Status = Pick<
  machine.Stats,
  'isDirectory' | 'isFile' | 'isSymbolicLink' | 'isBlockDevice' | 'isCharacterDevice' | 'isFIFO' | 'isSocket'
>;
export type NamedStatus = Status & { name: string };

export async function glob(
  patterns: readonly string[],
  root: string,
  disk: Disk = machine,
): Promise<string[]> {
  // Links to folders are not followed: they may lead out of the workspace, or round in circles.
  const found = await fastGlob(patterns.map(withClasses), {
    // It would take a backslash in the root's own path for a slash.
    cwd: '/',
    dot: true,
    ignore: ignored,
    followSymbolicLinks: false,
    onlyFiles: false,
    objectMode: true,
    // The type is that of all of node:fs, overloads included.
    fs: nothingPassedOver(disk, root) as unknown as fastGlob.FileSystemAdapter,
  });
  const files = found.filter(({ dirent }) => !dirent.isDirectory());
  return files.map(({ path }) => realName(path)).toSorted(byCodeUnits);
}

/**
 * With `[!/]` for each `?` that stands for a character. fast-glob takes a `?` in a folder's name for itself where no other
 * wildcard stands before it, since is-glob, by which it finds the folder to begin at, does not know it as one.
 */
const withClasses = (pattern: string): string =>
  pattern.replaceAll(/\\.|\[[^\]]*\]|(?<!\))\?(?!\()/g, (part) => (part === '?' ? '[!/]' : part));

/** No wildcard fits a line break, and a name that is no text cannot be asked for: what has one would be passed over in silence. */
function nothingPassedOver(disk: Disk, root: string): Disk {
  const below = (path: string): string => join(root, realName(path));
  return {
    lstat: (path, answer) => disk.lstat(below(path), answer),
    readdir: (path, options, answer) =>
      disk.readdir(below(path), options, (error, entries) => {
        if (error === null)
          for (const entry of entries) if (lineBreak.test(entry.name)) entry.name = standIn(entry.name);
        answer(hasGone(error) && path.includes(noText) ? misnamed(below(path)) : error, entries);
      }),
  };
}

/** What Node puts in the place of bytes that are no UTF-8. */
const noText = '\uFFFD';

const hasGone = (error: Error | null): boolean =>
  error !== null && 'code' in error && error.code === 'ENOENT';

/** By another code, since what has gone is passed over. */
const misnamed = (path: string): Error =>
  Object.assign(new Error('no such folder'), { code: 'EILSEQ', path });

const lineBreak = /[\n\r\u2028\u2029]/;
const lineBreaks = '\n\r\u2028\u2029';
/** Characters that mean nothing to anybody. */
const standIns = '\uF8F0\uF8F1\uF8F2\uF8F3';

const standIn = (name: string): string =>
  name.replaceAll(/[\n\r\u2028\u2029]/g, (one) => standIns.charAt(lineBreaks.indexOf(one)));

const realName = (path: string): string =>
  path.replaceAll(/[\uF8F0-\uF8F3]/g, (one) => lineBreaks.charAt(standIns.indexOf(one)));
