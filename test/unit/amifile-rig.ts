/** An amifile.ts in a folder of its own, and what is said of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readAmifile } from '../../src/config/amifile.ts';
import { invalidInputOf, placeOf } from './rig.ts';

/** A folder that is no npm project, with that amifile.ts. */
export async function workspace(amifile?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'amigraph-amifile-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  if (amifile !== undefined) await writeFile(join(folder, 'amifile.ts'), amifile);
  return folder;
}

/** What is said of that amifile.ts. */
export const wrongIn = async (
  amifile: string,
): Promise<
  readonly { code: string; at: string | undefined; message: string; cure: string | undefined }[]
> => {
  const root = await workspace(amifile);
  const found = await invalidInputOf(() => readAmifile(root));
  return found.map((one) => ({ code: one.code, at: placeOf(one), message: one.message, cure: one.cure }));
};
