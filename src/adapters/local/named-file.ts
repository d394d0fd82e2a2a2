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

/** Through links to folders; of what is not there, as far as it is. `path` is absolute. */
export function realFolders(path: string): string {
  const folder = dirname(path);
  if (folder === path) return path;
  try {
    return join(realpathSync(folder), basename(path));
  } catch {
    return join(realFolders(folder), basename(path));
  }
}
