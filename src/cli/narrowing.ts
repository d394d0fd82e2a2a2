/** Which templates may be affected at all, from what is remembered of the others: only they and what they stand on have to be read. It does not know digests. */
import { isDeepStrictEqual } from 'node:util';
import { lockName } from '../config/lock.ts';
import { byCodeUnits } from '../core/order.ts';
import type { Template } from '../core/template.ts';
import type { KnownWarning } from '../plan/known-warnings.ts';
import { withAncestors, withDescendants } from '../plan/reach.ts';
import { type Reads, scanTemplates, templateNaming } from '../template/scan.ts';
import type { Ends, State } from './affected-ends.ts';
import type { Workspace } from './context.ts';
import { knownTemplates } from './known-templates.ts';

/** The files to read at each end. */
export interface Narrowed {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** About the templates that are not read. */
  readonly warnings: readonly KnownWarning[];
}

/**
 * Undefined: all of them. A template whose file, and those of all that it stands on, are the same at both ends
 * is not affected where all that templates have in common is the same too.
 */
export async function narrowed(
  workspace: Workspace,
  ends: Ends,
  reads: Reads,
): Promise<Narrowed | undefined> {
  const { before, after, changed } = ends;
  if (before === undefined || changed === undefined || !(await haveTheSame(before, after, ends)))
    return undefined;
  // What was listed for this comparison is not listed again.
  const known = await knownTemplates({ ...workspace, files: after.files });
  if (known === undefined) return undefined;
  const naming = templateNaming(after.config.templates, after.config.root);
  const there = new Set(known.files);
  const deleted = await deletedFiles(before, changed, there);
  if (deleted === undefined) return undefined;
  const isKnown = (file: string): boolean => known.templates.get(naming.nameOf(file))?.file === file;
  const news = [...known.files.filter((file) => !isKnown(file) || !ends.same(file)), ...deleted];
  const earlier = await listedOf(before, news, changed);
  if (earlier === undefined) return undefined;
  const linked = [
    ...(await templatesIn(
      after,
      news.filter((file) => there.has(file)),
      reads,
    )),
    ...(await templatesIn(before, earlier, readsOf(ends, reads))),
  ];
  const names = withDescendants(
    news.map((file) => naming.nameOf(file)),
    known.templates,
  );
  const wanted = withAncestors(names, known.templates, linked);
  const changedHere = new Set(news);
  const unchanged = [...wanted]
    .flatMap((name) => known.templates.get(name)?.file ?? [])
    .filter((file) => !changedHere.has(file));
  const later = [...news.filter((file) => there.has(file)), ...unchanged].toSorted(byCodeUnits);
  const read = new Set(later);
  return {
    before: [...earlier, ...unchanged].toSorted(byCodeUnits),
    after: later,
    warnings: known.warnings.filter(({ place }) => !read.has(place.file)),
  };
}

/** Those of `paths` that a scan would find: not what links to folders lead to, nor folders. */
async function listedOf(
  { config, files }: State,
  paths: readonly string[],
  changed: ReadonlySet<string>,
): Promise<string[] | undefined> {
  if (paths.length === 0) return [];
  const underOther = (path: string): boolean =>
    path.split('/').some((_, at, parts) => at > 0 && changed.has(parts.slice(0, at).join('/')));
  const isPlain = (path: string): boolean => /^[\w./ -]+$/.test(path) && !underOther(path);
  const plain = paths.length <= 100 && paths.every(isPlain);
  // A path without signs is a pattern for itself, which is found without looking at all others.
  const listed = await files.list(plain ? paths : [config.templates]);
  if (!listed.ok) return undefined;
  const found = new Set(listed.value);
  return paths.filter((path) => found.has(path));
}

/** The reads of the later end, as far as they are those of the earlier one. */
export const readsOf = (ends: Ends, reads: Reads): Reads => ({
  get: (file) => (ends.same(file) ? reads.get(file) : undefined),
  set: () => {},
});

/** What enters every digest: the options, the steps with what they need, and the pins. */
async function haveTheSame(before: State, after: State, ends: Ends): Promise<boolean> {
  if (!isDeepStrictEqual(before.config, after.config)) return false;
  const steps = Object.values(after.config.steps);
  if (steps.some(({ script, inputs }) => inputs.length > 0 || !ends.same(script))) return false;
  if (ends.same(lockName)) return true;
  return !(await isThere(before, lockName)) && !(await isThere(after, lockName));
}

async function deletedFiles(
  { config, files }: State,
  changed: ReadonlySet<string>,
  there: ReadonlySet<string>,
): Promise<string[] | undefined> {
  if ([...changed].every((path) => there.has(path))) return [];
  const listed = await files.list([config.templates]);
  return listed.ok ? listed.value.filter((file) => !there.has(file)) : undefined;
}

async function isThere({ files }: State, path: string): Promise<boolean> {
  const content = await files.read(path, 0);
  return !('problem' in content) || content.problem !== 'missing';
}

async function templatesIn(
  { config, files }: State,
  only: readonly string[],
  reads: Reads,
): Promise<readonly Template[]> {
  return (await scanTemplates(files, config.templates, config.root, { reads, only })).templates;
}
