/** Finds a program of this machine. It does not run it. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

/** Absolute folders of `searchPath` only: another one would be looked for in the workspace. */
export async function findProgram(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(':').filter((one) => isAbsolute(one))) {
    const file = join(folder, name);
    try {
      await access(file, constants.X_OK);
      if ((await stat(file)).isFile()) return file;
    } catch {
      // The next folder.
    }
  }
  return undefined;
}
