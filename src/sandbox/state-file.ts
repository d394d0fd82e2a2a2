/** Whether lmdb's file is whole: its two meta pages, and the pages that they lead to. It does not know keys or rows. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { hangTogether } from './state-pages.ts';
import { stateFile } from './state-folder.ts';
import { SandboxUnavailable } from './unavailable.ts';

const magic = 0xbeefc0de;
const metaOffset = 24;
/** Where a meta page holds the number of the transaction that wrote it. */
export const metaTransactionAt = metaOffset + 128;
const usualPageSize = 4096;
const noPage = 0xffffffffffffffffn;
const looks = 100;

interface Meta {
  readonly pageSize: number;
  readonly transaction: bigint;
  /** Of the tree of free pages, and of the tree of tables. */
  readonly roots: readonly bigint[];
}

/**
 * lmdb maps the file into memory without a check, so that a file of something else, one that lost its end, or one that
 * a power failure left with pages never written would end the whole process with a signal, or with an error of lmdb's.
 */
export function checkStateFile(folder: string): void {
  const path = stateFile(folder);
  const found = statSync(path, { throwIfNoEntry: false });
  // Empty: another process is about to fill it, or was killed before it could.
  if (found === undefined || found.size === 0) return;
  const file = openSync(path, 'r');
  try {
    if (!isWhole(file)) throw new SandboxUnavailable(folder, `its state (${path}) is damaged`);
  } finally {
    closeSync(file);
  }
}

/** The newest transaction's pages stay as they are until the next one is committed: then it is looked at anew. */
function isWhole(file: number): boolean {
  for (let look = 1; look <= looks; look += 1) {
    const meta = newestMeta(file);
    if (meta === undefined) return false;
    const { pageSize, roots, transaction } = meta;
    const pages = Math.floor(fstatSync(file).size / pageSize);
    const trees = roots.filter((root) => root !== noPage);
    if (hangTogether({ file, pageSize, pages, transaction }, trees)) return true;
    if (newestMeta(file)?.transaction === transaction) return false;
  }
  return true;
}

export function statePageSize(file: number): number {
  return metaAt(file, 0)?.pageSize ?? usualPageSize;
}

function newestMeta(file: number): Meta | undefined {
  const first = metaAt(file, 0);
  const second = first && metaAt(file, first.pageSize);
  return second && (first.transaction > second.transaction ? first : second);
}

function metaAt(file: number, offset: number): Meta | undefined {
  const page = Buffer.alloc(metaOffset + 160);
  if (readSync(file, page, 0, page.length, offset) < page.length) return undefined;
  const meta = page.subarray(metaOffset);
  const pageSize = meta.readUInt32LE(24);
  if (meta.readUInt32LE(0) !== magic || pageSize < 512 || pageSize > 65_536) return undefined;
  return {
    pageSize,
    transaction: meta.readBigUInt64LE(128),
    roots: [meta.readBigUInt64LE(64), meta.readBigUInt64LE(112)],
  };
}
