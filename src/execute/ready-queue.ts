/** Which action starts next: of those whose needs are there, the one with the longest path behind it. It starts nothing. */
import type { TemplateName } from '../core/ids.ts';
import type { Action, Plan } from '../core/plan.ts';

/** Equal paths in the order of the plan. */
export class ReadyQueue {
  readonly #ready: Action[] = [];
  readonly #missing = new Map<Action, number>();
  readonly #neededBy = new Map<TemplateName, Action[]>();
  readonly #rank: ReadonlyMap<Action, number>;

  constructor({ actions }: Plan) {
    const weights = remainingPaths({ actions });
    const weight = ({ template }: Action): number => weights.get(template) ?? 0;
    const ranked = actions.toSorted((a, b) => weight(b) - weight(a));
    this.#rank = new Map(ranked.map((action, rank) => [action, rank]));
    for (const action of ranked) {
      if (action.needs.length === 0) this.#ready.push(action);
      this.#missing.set(action, action.needs.length);
      for (const name of action.needs) {
        const others = this.#neededBy.get(name);
        if (others === undefined) this.#neededBy.set(name, [action]);
        else others.push(action);
      }
    }
  }

  isThere(name: TemplateName): void {
    for (const action of this.#neededBy.get(name) ?? []) {
      const missing = (this.#missing.get(action) ?? 0) - 1;
      this.#missing.set(action, missing);
      if (missing === 0) this.#insert(action);
    }
  }

  take(): Action | undefined {
    return this.#ready.shift();
  }

  #insert(action: Action): void {
    const rank = this.#rank.get(action) ?? 0;
    const at = this.#ready.findLastIndex((other) => (this.#rank.get(other) ?? 0) < rank);
    this.#ready.splice(at + 1, 0, action);
  }
}

/** Milliseconds from an action's start to the end of the last that stands on it; an unknown build counts as the mean of the known. */
function remainingPaths(plan: Plan): Map<TemplateName, number> {
  const known = plan.actions.flatMap(({ expectedMs }) => expectedMs ?? []);
  const mean = known.length === 0 ? 1 : known.reduce((sum, ms) => sum + ms, 0) / known.length;
  const behind = new Map<TemplateName, number>();
  const paths = new Map<TemplateName, number>();
  for (const action of plan.actions.toReversed()) {
    const path =
      (action.action === 'build' ? (action.expectedMs ?? mean) : 0) + (behind.get(action.template) ?? 0);
    paths.set(action.template, path);
    for (const name of action.needs) behind.set(name, Math.max(behind.get(name) ?? 0, path));
  }
  return paths;
}
