/** Which files patterns stand for, on a disk or in what looks like one. It does not know what they hold. */
import fastGlob from 'fast-glob';
import { byCodeUnits } from '../../core/order.ts';

/** What belongs to other programs, and to this one. */
const ignored = ['**/node_modules/**', '**/.git/**', '.amigraph/**'];

/** `disk`: what is asked instead of this machine's. */
export async function glob(
  patterns: readonly string[],
  root: string,
  disk?: fastGlob.FileSystemAdapter,
): Promise<string[]> {
  // Links to folders are not followed: they may lead out of the workspace, or round in circles.
  const found = await fastGlob([...patterns], {
    cwd: root,
    dot: true,
    ignore: ignored,
    followSymbolicLinks: false,
    onlyFiles: false,
    objectMode: true,
    ...(disk === undefined ? {} : { fs: disk }),
  });
  const files = found.filter(({ dirent }) => !dirent.isDirectory());
  return files.map(({ path }) => path).toSorted(byCodeUnits);
}
