/** Digests of a workspace's files, remembered from run to run so that what has not changed is not read again. It does not know what the files are for. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, parseDigest } from '../../core/ids.ts';
import type { FileDigest, Files } from '../../ports/files.ts';
import { type FileState, localFiles } from './files.ts';

export interface IndexedFiles extends Files {
  /** Remembers what was read. Where it cannot be written, the next run reads again. */
  remember(): Promise<void>;
}

interface Entry {
  readonly identity: string;
  readonly digest: Digest;
  readonly executable: boolean;
}

interface Index {
  readonly entries: Map<string, Entry>;
  /** What changed at this time or later may have changed once more after it was read: git's "racy" rule. */
  readonly writtenNs: bigint;
  /** Times of different file systems cannot be compared. */
  readonly device: bigint;
}

/** A file may change again after it was read without its times showing it: as long as their tick is, at most two seconds. */
const settleMs = 2000;
const indexPath = '.amigraph/files.json';
const version = 1;
const maxBytes = 256 * 1024 * 1024;

/** `now`: milliseconds since 1970. */
export function indexedFiles(root: string, now: () => number): IndexedFiles {
  const files = localFiles(root);
  let opened: Promise<Index> | undefined;
  let changed = false;

  const isKnown = (index: Index, entry: Entry | undefined, state: FileState | undefined): entry is Entry =>
    entry !== undefined &&
    entry.identity === state?.identity &&
    state.device === index.device &&
    state.changedNs < index.writtenNs;

  return {
    list: (patterns) => files.list(patterns),
    read: (path, limit) => files.read(path, limit),
    write: (path, text) => files.write(path, text),
    async digest(path) {
      const index = await (opened ??= readIndex(join(root, indexPath)));
      const state = await files.state(path);
      const settled = state !== undefined && Number(state.changedNs / 1_000_000n) + settleMs < now();
      const entry = index.entries.get(path);
      if (isKnown(index, entry, state)) return fileDigest(path, entry);
      const found = await files.digest(path);
      changed = true;
      if ('problem' in found || !settled) index.entries.delete(path);
      else index.entries.set(path, { ...found, identity: state.identity });
      return found;
    },
    async remember() {
      if (opened === undefined || !changed) return;
      const { entries } = await opened;
      const written = [...entries].map(([path, { identity, digest, executable }]) => [
        path,
        identity,
        digest,
        executable,
      ]);
      await files.write(indexPath, `${JSON.stringify({ version, files: written })}\n`);
      changed = false;
    },
  };
}

const fileDigest = (path: string, { digest, executable }: Entry): FileDigest => ({
  path,
  digest,
  executable,
});

/** Empty where there is none, or one that cannot be used: it holds nothing that is not in the files. */
async function readIndex(path: string): Promise<Index> {
  const file = await open(path).catch(() => undefined);
  try {
    const status = await file?.stat({ bigint: true });
    if (file === undefined || status?.isFile() !== true || status.size > maxBytes) return nothing();
    const entries = parse(await file.readFile('utf8'));
    return { entries, writtenNs: status.mtimeNs, device: status.dev };
  } catch {
    return nothing();
  } finally {
    await file?.close();
  }
}

const nothing = (): Index => ({ entries: new Map(), writtenNs: 0n, device: 0n });

function parse(text: string): Map<string, Entry> {
  const data = JSON.parse(text) as { readonly version?: unknown; readonly files?: unknown } | null;
  const entries = new Map<string, Entry>();
  if (data?.version !== version || !Array.isArray(data.files)) return entries;
  for (const one of data.files as unknown[]) {
    const [path, identity, hex, executable] = Array.isArray(one) ? (one as unknown[]) : [];
    const digest = typeof hex === 'string' ? parseDigest(hex) : undefined;
    if (typeof path !== 'string' || typeof identity !== 'string') continue;
    if (digest !== undefined && typeof executable === 'boolean')
      entries.set(path, { identity, digest, executable });
  }
  return entries;
}
