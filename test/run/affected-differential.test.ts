/** Whatever is edited: `affected` is the set of templates whose digest differs when both trees are checked out and scanned whole. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRepo, tempFolder } from '../git-rig.ts';
import {
  LaterClock,
  affected,
  digestsOf,
  paths,
  plainTree,
  tree,
  type Tree,
  writeFiles,
  writeTree,
} from './affected-rig.ts';

test('for any two trees, committed or not', { timeout: 120_000 }, async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(tree, tree, fc.boolean(), async (before, edits, whole) => {
      // Half of the time most is as it was, so that something is left to be the same.
      const after = whole ? edits : { ...before, ...Object.fromEntries(Object.entries(edits).slice(-3)) };
      const [was, is] = [await digestsOf(before), await digestsOf(after)];
      fc.pre(was !== undefined);
      const repo = await makeRepo(join(await tempFolder(), 'repo'));
      const folder = join(repo.folder, 'w');
      await writeTree(folder, before);
      const base = repo.commit();
      await writeTree(folder, after);
      const expected =
        is === undefined
          ? 'wrong'
          : [...is.keys()].filter((name) => is.get(name) !== was.get(name)).toSorted();
      if (expected !== 'wrong') compared += 1;
      expect(await affected(folder, { base })).toEqual(expected);
      repo.git('add', '-A', '-f', '.');
      expect(await affected(folder, { uncommitted: true })).toEqual(expected);
      const head = repo.commit();
      await writeTree(folder, before);
      expect(await affected(folder, { base, head })).toEqual(expected);
    }),
    { numRuns: 25 },
  );
  expect(compared).toBeGreaterThan(10);
});

/** What differs and nothing else, as an editor does it: what is left alone can be remembered. */
async function editTree(folder: string, before: Tree, after: Tree): Promise<void> {
  for (const path of Object.keys(before))
    if (!isDeepStrictEqual(before[path], after[path])) await rm(join(folder, path), { force: true });
  const edits = Object.entries(after).filter(([path, file]) => !isDeepStrictEqual(before[path], file));
  await writeFiles(folder, Object.fromEntries(edits));
}

test('for any edits of a tree whose templates are remembered', { timeout: 120_000 }, async () => {
  const clock = new LaterClock();
  let remembered = 0;
  await fc.assert(
    fc.asyncProperty(plainTree, plainTree, fc.subarray(paths), async (before, others, edited) => {
      const edits = edited.flatMap((path) => {
        const file = others[path];
        return file === undefined ? [] : [[path, file] as const];
      });
      const kept = Object.entries(before).filter(([path]) => !edited.includes(path));
      const after = Object.fromEntries([...kept, ...edits]);
      const [was, is] = [await digestsOf(before), await digestsOf(after)];
      fc.pre(was !== undefined && is !== undefined);
      const repo = await makeRepo();
      await writeTree(repo.folder, before);
      const base = repo.commit();
      expect(await affected(repo.folder, { base }, clock)).toEqual([]);
      const memory = join(repo.folder, '.amigraph/templates.json');
      if (existsSync(memory)) remembered += 1;
      await editTree(repo.folder, before, after);
      const differing = (from: typeof is, to: typeof is): string[] =>
        [...to.keys()].filter((name) => to.get(name) !== from.get(name)).toSorted();
      expect(await affected(repo.folder, { base }, clock)).toEqual(differing(was, is));
      const next = repo.commit();
      // Remembered as they were, not remembered, and remembered as they are.
      expect(await affected(repo.folder, { base }, clock)).toEqual(differing(was, is));
      await rm(memory, { force: true });
      expect(await affected(repo.folder, { base }, clock)).toEqual(differing(was, is));
      expect(await affected(repo.folder, { base }, clock)).toEqual(differing(was, is));
      await editTree(repo.folder, after, before);
      expect(await affected(repo.folder, { base: next }, clock)).toEqual(differing(is, was));
    }),
    { numRuns: 25 },
  );
  expect(remembered).toBeGreaterThan(15);
});
