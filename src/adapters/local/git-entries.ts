/** The files, links and folders of a git tree, and where a path leads among them. It does not know git. */
import { isUtf8 } from 'node:buffer';
import type { FileProblem } from '../../ports/files.ts';
import type { Objects } from './git-objects.ts';

export interface Folder {
  readonly kind: 'folder';
  readonly entries: Map<string, Entry>;
}

export interface Blob {
  readonly kind: 'file';
  readonly id: string;
  readonly executable: boolean;
  readonly objects: Objects;
}

export type Entry =
  | Folder
  | Blob
  | { readonly kind: 'link'; readonly target: string }
  /** A file whose name is no text: it is listed, as on a disk, and cannot be asked for. */
  | { readonly kind: 'unnamed' }
  /** A submodule whose files are not here. */
  | { readonly kind: 'lost'; readonly commit: string };

export const emptyFolder = (): Folder => ({ kind: 'folder', entries: new Map() });

export interface Listed {
  readonly path: string;
  readonly mode: string;
  readonly id: string;
  readonly named: boolean;
}

/** Of `100644 blob 0a1b...\tpath\0`. As on a disk, a folder whose name is no text is as good as empty. */
export function listedEntries(output: Buffer): Listed[] {
  const text = isUtf8(output);
  const found: Listed[] = [];
  for (let from = 0; from < output.length;) {
    const end = output.indexOf(0, from);
    const bytes = output.subarray(from, end < 0 ? output.length : end);
    from += bytes.length + 1;
    const tab = bytes.indexOf('\t');
    const name = bytes.subarray(tab + 1);
    const named = text || isUtf8(name);
    if (!named && !isUtf8(name.subarray(0, name.lastIndexOf('/') + 1))) continue;
    const [mode = '', , id = ''] = bytes.toString('latin1', 0, tab).split(' ');
    found.push({ path: name.toString('utf8'), mode, id, named });
  }
  return found;
}

export function place(root: Folder, path: string, entry: Entry): void {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  let folder = root;
  for (const part of parts) {
    let next = folder.entries.get(part);
    if (next?.kind !== 'folder') {
      next = emptyFolder();
      folder.entries.set(part, next);
    }
    folder = next;
  }
  folder.entries.set(name, entry);
}

interface Way {
  /** The links that lead there, and the path where they end, whether anything is there or not. */
  readonly paths: readonly string[];
}

export interface Found extends Way {
  readonly entry: Entry;
}

export interface NotFound extends Way {
  readonly problem: FileProblem;
}

/** As many as Linux follows, and how long each may be. */
const mostLinks = 40;
const longestLink = 4095;

/** What `path` is, links followed but for the last one where `asLink`; `top`: the absolute path of the root. */
export function find(root: Folder, top: string, path: string, asLink = false): Found | NotFound {
  const parts = path.split('/').toReversed();
  const paths: string[] = [];
  let at: string[] = [];
  let folders: Folder[] = [root];
  let links = 0;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.length === 0) return { problem: 'outside-workspace', paths };
      at.pop();
      folders.pop();
      continue;
    }
    const entry = folders.at(-1)?.entries.get(part);
    const whole = (): string => [...at, part, ...parts.toReversed()].join('/');
    if (entry === undefined) return { problem: 'missing', paths: [...paths, whole()] };
    if (entry.kind === 'link' && !(asLink && parts.length === 0)) {
      const { target } = entry;
      if (++links > mostLinks || target.length > longestLink) return { problem: 'missing', paths };
      paths.push([...at, part].join('/'));
      if (target.startsWith('/')) {
        if (!`${target}/`.startsWith(`${top}/`)) return { problem: 'outside-workspace', paths };
        [at, folders] = [[], [root]];
      }
      const below = target.startsWith('/') ? target.slice(top.length) : target;
      parts.push(...below.split('/').toReversed());
      continue;
    }
    if (entry.kind !== 'folder' && entry.kind !== 'lost' && parts.length > 0)
      return { problem: 'missing', paths: [...paths, whole()] };
    at.push(part);
    if (entry.kind !== 'folder') return { entry, paths: [...paths, at.join('/')] };
    folders.push(entry);
  }
  const folder = folders.at(-1);
  return folder === undefined || folder === root
    ? { problem: 'outside-workspace', paths }
    : { entry: folder, paths: [...paths, at.join('/')] };
}
