/** Runs a file of this folder as a process of its own. It does not know what the file does. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Node 20 runs no TypeScript, so the file is bundled first, as the program itself is. */
export async function bundled(source: URL, folder: string): Promise<string> {
  const bundle = await rolldown({
    input: fileURLToPath(source),
    platform: 'node',
    external: ['lmdb'],
    // As the program's own bundle: a sixth of the AWS clients, which each process reads anew.
    resolve: { mainFields: ['module', 'main'] },
  });
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  const file = join(folder, basename(source.pathname, '.ts') + '.mjs');
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  return file;
}

export const start = (file: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });

/** What it writes, once it has ended well. */
export async function output(child: ChildProcess): Promise<string> {
  const [written, [code]] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    once(child, 'exit'),
  ]);
  if (code !== 0) throw new Error(`ended with ${code}: ${written}`);
  return written;
}
