/** Files that the user names, wherever they are. It does not know what is in them. */
import { realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The system's word for why it cannot be written; undefined: it is. */
export async function writeNamedFile(path: string, text: string): Promise<string | undefined> {
  try {
    await writeFile(path, text);
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

/** The path, the same without the links among its folders, and what it leads to. A shell names a folder by the links that led to it. */
export const waysTo = (path: string): string[] => [
  path,
  join(realOf(dirname(path)), basename(path)),
  realOf(path),
];

/** Of what is not there, as far as it is. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realOf(folder), basename(path));
  }
}
