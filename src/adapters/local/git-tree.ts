/** A git tree as the files of a workspace, with what is the same on the disk read from there. It does not know where the tree came from. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Digest } from '../../core/ids.ts';
import { placeOfNoText } from '../../core/not-text.ts';
import { ok } from '../../core/result.ts';
import type { FileProblem, Files } from '../../ports/files.ts';
import type { GitProblem, GitTree } from '../../ports/git.ts';
import { type Blob, type Entry, find, type Folder } from './git-entries.ts';
import { type Disk, glob, type NamedStatus } from './glob.ts';

export interface TreeSource {
  readonly root: Folder;
  /** The absolute path of the workspace, to which links may lead. */
  readonly top: string;
  /** What git calls unchanged is read from it. */
  readonly disk: Files;
  readonly changed: ReadonlySet<string>;
  readonly onTrouble: (problem: GitProblem) => void;
  readonly outside: GitTree['outside'];
}

interface FoundFile {
  readonly blob: Blob;
  readonly onDisk: boolean;
}

export function gitTree(source: TreeSource): GitTree {
  const { root, top, disk, changed, onTrouble, outside } = source;
  const known = new Map<string, FoundFile | { readonly problem: FileProblem }>();

  const look = (path: string): FoundFile | { readonly problem: FileProblem } => {
    const found = find(root, top, path);
    if ('problem' in found) return { problem: found.problem };
    const { entry, paths } = found;
    switch (entry.kind) {
      case 'file':
        return { blob: entry, onDisk: !paths.some((one) => changed.has(one)) };
      case 'folder':
        return { problem: 'not-a-file' };
      case 'link':
      case 'unnamed':
        return { problem: 'missing' };
      case 'lost':
        onTrouble({ code: 'submodule-commit', folder: paths.at(-1) ?? '', commit: entry.commit });
        return { problem: 'unreadable' };
    }
  };
  const fileAt = (path: string): FoundFile | { readonly problem: FileProblem } => {
    const found = known.get(path) ?? look(path);
    known.set(path, found);
    return found;
  };
  /** Hands the bytes of a blob to `sink`; what cannot be read is trouble, since nothing may look changed for that. */
  const readBlob = async ({ id, objects }: Blob, sinkOf: Parameters<Blob['objects']['read']>[1]) => {
    const whole = await objects.read(id, sinkOf);
    if (!whole) onTrouble(unreadObject(id));
    return whole;
  };

  const files: Files = {
    list: async (patterns) => ok(await glob(patterns, '/', asDisk(root, top, onTrouble))),
    async read(path, maxBytes) {
      const file = fileAt(path);
      if ('problem' in file) return file;
      if (file.onDisk) return disk.read(path, maxBytes);
      const bytes: Buffer[] = [];
      let tooBig = false;
      const whole = await readBlob(file.blob, (size) => {
        tooBig = size > maxBytes;
        // What comes is a view of memory that is used again.
        return (part) => void (tooBig || bytes.push(Buffer.from(part)));
      });
      if (!whole) return { problem: 'unreadable' };
      if (tooBig) return { problem: 'too-big' };
      const content = Buffer.concat(bytes);
      if (!isUtf8(content)) return { problem: 'not-text', at: placeOfNoText(content) };
      return { text: content.toString('utf8'), identity: blobIdentity(file.blob) };
    },
    identity(path) {
      const file = fileAt(path);
      if ('problem' in file) return Promise.resolve(undefined);
      return file.onDisk ? disk.identity(path) : Promise.resolve(blobIdentity(file.blob));
    },
    async digest(path): ReturnType<Files['digest']> {
      const file = fileAt(path);
      if ('problem' in file) return file;
      if (file.onDisk) return disk.digest(path);
      const hash = createHash('sha256');
      const whole = await readBlob(file.blob, () => (part) => void hash.update(part));
      if (!whole) return { problem: 'unreadable' };
      return { path, digest: hash.digest('hex') as Digest, executable: file.blob.executable };
    },
    write: () => Promise.resolve(undefined),
  };
  return {
    files,
    changed,
    outside,
    identity(path) {
      const file = fileAt(path);
      if (!('problem' in file)) return blobIdentity(file.blob);
      return 'problem' in find(root, top, path, true) ? undefined : file.problem;
    },
    ways: (path) => [path, ...find(root, top, path).paths],
    isOnDisk(path) {
      const file = fileAt(path);
      return !('problem' in file) && file.onDisk;
    },
  };
}

const blobIdentity = ({ executable, id }: Blob): string => `${executable ? 'x' : '-'} ${id}`;

export const unreadObject = (id: string): GitProblem => ({
  code: 'git-failed',
  command: 'cat-file',
  said: `the object ${id} cannot be read`,
});

/** So much of a disk as is asked by what looks for patterns, with the root of the tree at `/`. */
function asDisk(root: Folder, top: string, onTrouble: TreeSource['onTrouble']): Disk {
  const at = (path: string, asLink: boolean): Entry | undefined => {
    const below = path.replace(/^\/+/, '');
    if (below === '') return root;
    const found = find(root, top, below, asLink);
    if ('problem' in found) return undefined;
    const { entry, paths } = found;
    if (entry.kind === 'lost')
      onTrouble({ code: 'submodule-commit', folder: paths.at(-1) ?? '', commit: entry.commit });
    return entry;
  };
  const missing = Object.assign(new Error('no such entry'), { code: 'ENOENT' });
  return {
    lstat(path, answer) {
      const entry = at(path, true);
      answer(entry === undefined ? missing : null, status('', entry ?? root));
    },
    readdir(path, _options, answer) {
      const entry = at(path, false);
      if (entry?.kind !== 'folder') answer(missing, []);
      else
        answer(
          null,
          [...entry.entries].map(([name, one]) => status(name, one)),
        );
    },
  };
}

const no = (): boolean => false;

function status(name: string, { kind }: Entry): NamedStatus {
  return {
    name,
    isDirectory: () => kind === 'folder' || kind === 'lost',
    isFile: () => kind === 'file' || kind === 'unnamed',
    isSymbolicLink: () => kind === 'link',
    isBlockDevice: no,
    isCharacterDevice: no,
    isFIFO: no,
    isSocket: no,
  };
}
