/** Checks the bases on which a plan is going to build, before anything is begun. A plan that builds on none costs no call. */
import { lockName } from '../config/lock.ts';
import { baseKey } from '../core/base.ts';
import { type Diagnostic, errorOf, InvalidInput } from '../core/diagnostic.ts';
import type { Plan } from '../core/plan.ts';
import type { Collection } from '../graph/collection.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import { baseProblem, type BaseProblem } from '../plan/base-check.ts';
import { placeOfBase, type UsedBase, usedBases } from './bases.ts';
import type { Workspace } from './context.ts';
import { must } from './unavailable.ts';

/** Throws InvalidInput where an instance could not be launched from a base, or would be of another architecture. */
export async function checkBases(
  { config }: Workspace,
  collection: Collection,
  plan: Plan,
  registry: ImageRegistry,
): Promise<void> {
  const builds = new Map(
    plan.actions.flatMap((action) => {
      if (action.action !== 'build' || action.recipe.origin.kind !== 'base') return [];
      const { architecture, origin } = action.recipe;
      return [[action.template, { image: origin.image, architecture }] as const];
    }),
  );
  const found = await Promise.all(
    [...usedBases(collection, config).values()].map(async (used): Promise<Diagnostic[]> => {
      const standing = used.templates.flatMap(({ template: { name } }) => {
        const build = builds.get(name);
        return build === undefined ? [] : [{ template: name, ...build }];
      });
      const [first] = standing;
      if (first === undefined) return [];
      const image = must(await registry.find(first.image));
      const problem = baseProblem(first.image, image, config.region, standing);
      return problem === undefined ? [] : [diagnostic(problem, used, first.image)];
    }),
  );
  const problems = found.flat();
  if (problems.length > 0) throw new InvalidInput(problems);
}

function diagnostic({ kind, message }: BaseProblem, used: UsedBase, image: string): Diagnostic {
  const place = placeOfBase(used);
  const code = `base-${kind}`;
  if (kind === 'architecture')
    return errorOf(code, { message, place, cure: 'name a base of the same architecture, or set build.arch' });
  if ('ami' in used.base) return errorOf(code, { message, place, cure: 'name another image' });
  const key = baseKey(used.base);
  return errorOf(code, {
    message: `${key} stands for ${image}: ${message}`,
    place,
    cure: `if ${lockName} pins it, move the pin: amigraph update --base '${key}'`,
  });
}
