/** Names that lead back to themselves. It does not know what the names stand for, nor how the graph is kept. */
import { byCodeUnits } from '../core/order.ts';

type Next<Name> = (name: Name) => readonly Name[];

interface Visit<Name> {
  readonly name: Name;
  /** When it was entered. */
  readonly at: number;
  /** The earliest entered name that can be reached from here and leads back here. */
  earliest: number;
  /** Where it and what was entered after it begin in the row of open names. */
  readonly openAt: number;
  readonly rest: Iterator<Name>;
}

/**
 * The strongly connected components that hold a cycle: names that all lead to each other, or one that leads to itself.
 * Each is in code-unit order, and so are they. Tarjan's algorithm, on a path of its own: a chain may be longer than the call stack.
 */
export function cyclicComponents<Name extends string>(names: Iterable<Name>, next: Next<Name>): Name[][] {
  const entered = new Map<Name, number>();
  const closed = new Set<Name>();
  const open: Name[] = [];
  const path: Visit<Name>[] = [];
  const found: Name[][] = [];
  const enter = (name: Name): void => {
    const at = entered.size;
    entered.set(name, at);
    path.push({ name, at, earliest: at, openAt: open.length, rest: next(name)[Symbol.iterator]() });
    open.push(name);
  };
  const leave = (visit: Visit<Name>): void => {
    path.pop();
    const before = path.at(-1);
    if (before !== undefined) before.earliest = Math.min(before.earliest, visit.earliest);
    if (visit.earliest < visit.at) return;
    const component = open.splice(visit.openAt);
    for (const name of component) closed.add(name);
    if (component.length > 1 || next(visit.name).includes(visit.name))
      found.push(component.toSorted(byCodeUnits));
  };
  for (const start of names) {
    if (!entered.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const step = top.rest.next();
      if (step.done === true) leave(top);
      else {
        const at = entered.get(step.value);
        if (at === undefined) enter(step.value);
        else if (!closed.has(step.value)) top.earliest = Math.min(top.earliest, at);
      }
    }
  }
  return found.toSorted(([a = ''], [b = '']) => byCodeUnits(a, b));
}

/** The shortest way from the first name of a cyclic component back to itself, with that name at both ends. */
export function shortestCycle<Name extends string>(component: readonly Name[], next: Next<Name>): Name[] {
  const [start] = component;
  if (start === undefined) return [];
  const within = new Set(component);
  const reachedFrom = new Map<Name, Name>();
  const row = [start];
  for (const name of row) {
    for (const one of next(name)) {
      if (one === start) return [...wayBack(name, reachedFrom), start];
      if (!within.has(one) || reachedFrom.has(one)) continue;
      reachedFrom.set(one, name);
      row.push(one);
    }
  }
  throw new Error(`${start} is on no cycle`);
}

function wayBack<Name>(end: Name, reachedFrom: ReadonlyMap<Name, Name>): Name[] {
  const way: Name[] = [];
  for (let name: Name | undefined = end; name !== undefined; name = reachedFrom.get(name)) way.push(name);
  return way.toReversed();
}
