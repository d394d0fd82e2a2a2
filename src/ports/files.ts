/** The files of a workspace, by paths relative to its root, with forward slashes. */
import type { Place } from '../core/diagnostic.ts';
import type { Digest } from '../core/ids.ts';
import type { Result } from '../core/result.ts';

export interface FileDigest {
  readonly path: string;
  readonly digest: Digest;
  readonly executable: boolean;
}

/** Why a file cannot be used. */
export type FileProblem =
  | 'missing'
  | 'not-a-file'
  | 'outside-workspace'
  | 'unreadable'
  | 'too-big'
  /** Not UTF-8. */
  | 'not-text';

/** `left-out`: it is on the disk, and not among the changes that were asked about. */
export type InputProblem = FileProblem | 'left-out';

/** What cannot be listed must not be left out in silence: what is found would depend on who looks. */
export interface UnlistedFolder {
  readonly folder: string;
  /** The operating system's word, as `EACCES`; `EILSEQ`: its name is no UTF-8. */
  readonly why: string;
}

export interface Unread {
  readonly problem: FileProblem;
  /** Of what is not text, the first that is none. */
  readonly at?: Omit<Place, 'file'>;
}

export interface FileContent {
  readonly text: string;
  /** As {@link Files.identity} gives it, from before the text was read. */
  readonly identity: string | undefined;
}

export interface Files {
  /** What matches and is no folder, in code-unit order; links to folders are not followed. */
  list(patterns: readonly string[]): Promise<Result<string[], UnlistedFolder>>;
  /** The text of a file of at most `maxBytes`, byte for byte: what is no UTF-8 is a problem. */
  read(path: string, maxBytes: number): Promise<FileContent | Unread>;
  /** Without reading: equal as long as what `read` gives is. Undefined where that cannot be told. */
  identity(path: string): Promise<string | undefined>;
  digest(path: string): Promise<FileDigest | { readonly problem: InputProblem }>;
  /** Writes a file that belongs to the program, with the folders above it, so that nobody ever reads half of it, and never outside of the workspace; answers its absolute path, or undefined where it cannot. */
  write(path: string, text: string): Promise<string | undefined>;
}
