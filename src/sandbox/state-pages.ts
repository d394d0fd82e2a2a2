/** Whether the pages of an lmdb file hang together from the roots down, as mdb.c lays them out. It does not know keys or rows. */
import { readSync } from 'node:fs';

export interface Pages {
  readonly file: number;
  readonly pageSize: number;
  /** How many there are. */
  readonly pages: number;
  /** The one that the roots are of. */
  readonly transaction: bigint;
}

const headerBytes = 24;
const branch = 1;
const leaf = 2;
const overflow = 4;
const kindMask = branch | leaf | overflow | 8;

const nodeBytes = 8;
const bigData = 1;
const subTree = 2;
const rootInTree = 40;
const treeBytes = 48;
const noPage = 0xffffffffffffffffn;

/** So many are looked at, that a large state opens no slower than one of 80 MB. */
const mostPages = 20_000;

class Torn extends Error {}

export function hangTogether(pages: Pages, roots: readonly bigint[]): boolean {
  const waiting = [...roots];
  const page = Buffer.alloc(pages.pageSize);
  try {
    for (let seen = 0; seen < mostPages; seen += 1) {
      const number = waiting.pop();
      if (number === undefined) return true;
      // More than there are: they lead in a circle.
      ensure(seen < pages.pages);
      read(pages, number, page);
      waiting.push(...(kindOf(page) === branch ? branches(page) : leadsFrom(pages, page)));
    }
    return true;
  } catch (error) {
    if (error instanceof Torn || error instanceof RangeError) return false;
    throw error;
  }
}

function ensure(holds: boolean): void {
  if (!holds) throw new Torn();
}

/** Reads the page, or as much of it as `into` takes, and sees that it is the one, and not newer than what leads to it. */
function read({ file, pageSize, pages, transaction }: Pages, number: bigint, into: Buffer): void {
  ensure(number > 1n && number < BigInt(pages));
  ensure(readSync(file, into, 0, into.length, Number(number) * pageSize) === into.length);
  ensure(into.readBigUInt64LE(0) === number && into.readBigUInt64LE(8) <= transaction);
}

const kindOf = (page: Buffer): number => page.readUInt16LE(18) & kindMask;

/** Where the nodes of a page begin. */
function nodes(page: Buffer): number[] {
  const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
  ensure(lower % 2 === 0 && lower <= upper && upper <= page.length - headerBytes);
  return Array.from({ length: lower / 2 }, (_, index) => {
    const at = page.readUInt16LE(headerBytes + 2 * index);
    ensure(at >= upper && headerBytes + at + nodeBytes <= page.length);
    return headerBytes + at;
  });
}

const branches = (page: Buffer): bigint[] => nodes(page).map((at) => BigInt(page.readUIntLE(at, 6)));

/** The trees whose roots a leaf holds; the pages of its long rows are looked at here. */
function leadsFrom(pages: Pages, page: Buffer): bigint[] {
  ensure(kindOf(page) === leaf);
  return nodes(page).flatMap((at) => {
    const [size, flags, keySize] = [
      page.readUInt32LE(at),
      page.readUInt16LE(at + 4),
      page.readUInt16LE(at + 6),
    ];
    const data = at + nodeBytes + keySize;
    if ((flags & bigData) !== 0) {
      checkLong(pages, page.readBigUInt64LE(data), size);
      return [];
    }
    ensure(data + size <= page.length);
    if ((flags & subTree) === 0) return [];
    ensure(size === treeBytes);
    const root = page.readBigUInt64LE(data + rootInTree);
    return root === noPage ? [] : [root];
  });
}

function checkLong(pages: Pages, number: bigint, size: number): void {
  const header = Buffer.alloc(headerBytes);
  read(pages, number, header);
  const count = header.readUInt32LE(20);
  ensure(kindOf(header) === overflow && count * pages.pageSize >= headerBytes + size);
  ensure(number + BigInt(count) <= BigInt(pages.pages));
}
