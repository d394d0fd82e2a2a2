/** Files made of others: some paths from here and the rest from there, and answers that are kept. It does not know where those come from. */
import { ok } from '../../core/result.ts';
import { byCodeUnits } from '../../core/order.ts';
import type { Files } from '../../ports/files.ts';

/** Those that `isNew` says so of as they are in `after`, all others as in `before`. */
export function patchwork(before: Files, after: Files, isNew: (path: string) => boolean): Files {
  const from = (path: string): Files => (isNew(path) ? after : before);
  return {
    async list(patterns) {
      const [was, is] = [await before.list(patterns), await after.list(patterns)];
      if (!was.ok) return was;
      if (!is.ok) return is;
      const old = was.value.filter((path) => !isNew(path));
      return ok([...old, ...is.value.filter(isNew)].toSorted(byCodeUnits));
    },
    read: (path, maxBytes) => from(path).read(path, maxBytes),
    identity: (path) => from(path).identity(path),
    async digest(path) {
      const found = await from(path).digest(path);
      if (isNew(path) || !('problem' in found) || found.problem !== 'missing') return found;
      const there = await after.read(path, 0);
      return 'problem' in there && there.problem === 'missing' ? found : { problem: 'left-out' };
    },
    write: (path, text) => after.write(path, text),
  };
}

/** Lists and hashes nothing twice: for as long as nothing is expected to change. */
export function remembering(files: Files): Files {
  const lists = new Map<string, ReturnType<Files['list']>>();
  const digests = new Map<string, ReturnType<Files['digest']>>();
  return {
    ...files,
    list: (patterns) => kept(lists, JSON.stringify(patterns), () => files.list(patterns)),
    digest: (path) => kept(digests, path, () => files.digest(path)),
  };
}

function kept<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
