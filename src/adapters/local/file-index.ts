/** Digests of a workspace's files, remembered from run to run so that what has not changed is not read again. It does not know what the files are for. */
import { type Digest, parseDigest } from '../../core/ids.ts';
import { sealed, unsealed } from '../../core/sealed.ts';
import type { FileDigest, Files } from '../../ports/files.ts';
import { localFiles } from './files.ts';

export interface IndexedFiles extends Files {
  /** Remembers what was read. Where it cannot be written, the next run reads again. */
  remember(): Promise<void>;
}

interface Entry {
  readonly identity: string;
  readonly digest: Digest;
  readonly executable: boolean;
}

const indexPath = '.amigraph/files.json';
const version = 1;
const maxBytes = 256 * 1024 * 1024;

/** `now`: milliseconds since 1970. */
export function indexedFiles(root: string, now: () => number): IndexedFiles {
  const files = localFiles(root, now);
  let opened: Promise<Map<string, Entry>> | undefined;
  let changed = false;

  return {
    ...files,
    async digest(path) {
      const entries = await (opened ??= readIndex(files));
      // Before it is read: what changes meanwhile has another one afterwards.
      const identity = await files.identity(path);
      const entry = entries.get(path);
      if (identity !== undefined && entry?.identity === identity) return fileDigest(path, entry);
      const found = await files.digest(path);
      changed = true;
      if ('problem' in found || identity === undefined) entries.delete(path);
      else entries.set(path, { ...found, identity });
      return found;
    },
    async remember() {
      if (opened === undefined || !changed) return;
      const written = [...(await opened)].map(([path, { identity, digest, executable }]) => [
        path,
        identity,
        digest,
        executable,
      ]);
      await files.write(indexPath, sealed(`${JSON.stringify({ version, files: written })}\n`));
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
async function readIndex(files: Files): Promise<Map<string, Entry>> {
  const content = await files.read(indexPath, maxBytes);
  const text = 'text' in content ? unsealed(content.text) : undefined;
  try {
    return text === undefined ? new Map() : parse(text);
  } catch {
    return new Map();
  }
}

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
