/** Where a sandbox's state lies on disk, and whether it can be read at all. It does not know what is inside the tables. */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SandboxUnavailable } from './unavailable.ts';

export const stateFolder = (folder: string): string => join(folder, 'state');
export const stateFile = (folder: string): string => join(stateFolder(folder), 'data.mdb');

const ANOTHER_FOLDER =
  'Give it a folder that you may write to, with AMIGRAPH_SANDBOX_DIR or the option sandbox.folder.';

export function makeFolder(folder: string): void {
  try {
    makeWithParents(stateFolder(folder));
    accessSync(folder, constants.W_OK);
    accessSync(stateFolder(folder), constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SandboxUnavailable(folder, `the folder cannot be written (${reason})`, ANOTHER_FOLDER);
  }
}

/** mkdirSync with `recursive` does not return below a folder like /proc, where making a folder says that there is no parent. */
function makeWithParents(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(folder) === folder || exists(dirname(folder))) throw error;
    makeWithParents(dirname(folder));
    mkdirSync(folder, { recursive: exists(folder) });
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const MAGIC = 0xbeefc0de;
const META_AT = 24;
/** Where a meta page holds the number of the transaction that wrote it. */
export const META_TRANSACTION_AT = META_AT + 128;
const PAGE = 4096;

/**
 * lmdb maps the file into memory without a check, so that a file of something else, or one that lost its end,
 * would end the whole process with a signal. What is read here are the two meta pages: magic number,
 * transaction, and the pages that the newer of them says are there.
 */
export function checkStateFile(folder: string): void {
  const path = stateFile(folder);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.isFile() && found.size === 0)) return;
  const broken = new SandboxUnavailable(folder, `its state (${path}) is damaged`);
  if (!found.isFile()) throw broken;
  const file = openSync(path, 'r');
  try {
    const metas = [0, statePageSize(file)].map((offset) => metaAt(file, offset));
    const newest = metas
      .filter((meta) => meta !== undefined)
      .toSorted((a, b) => Number(b.transaction - a.transaction))[0];
    if (metas.includes(undefined) || newest === undefined) throw broken;
    const needed = BigInt(newest.pageSize) * (newest.lastUsed + 1n);
    if (BigInt(fstatSync(file).size) < needed) throw broken;
  } finally {
    closeSync(file);
  }
}

export function statePageSize(file: number): number {
  return metaAt(file, 0)?.pageSize ?? PAGE;
}

function metaAt(
  file: number,
  offset: number,
): { pageSize: number; transaction: bigint; lastUsed: bigint } | undefined {
  const page = Buffer.alloc(META_AT + 160);
  if (readSync(file, page, 0, page.length, offset) < page.length) return undefined;
  const meta = page.subarray(META_AT);
  if (meta.readUInt32LE(0) !== MAGIC) return undefined;
  const rootOf = (at: number): bigint => {
    const root = meta.readBigUInt64LE(at);
    return root === 0xffffffffffffffffn ? 0n : root;
  };
  const roots = [rootOf(64), rootOf(112)];
  return {
    pageSize: meta.readUInt32LE(24),
    transaction: meta.readBigUInt64LE(128),
    lastUsed: roots.reduce((a, b) => (a > b ? a : b)),
  };
}
