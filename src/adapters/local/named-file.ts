/** A file that the user names for an answer, wherever it is. It does not know what is in it. */
import { writeFile } from 'node:fs/promises';

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
