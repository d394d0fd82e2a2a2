/** `--base-ami`: one image in the place of all bases, for one run, checked before anything is planned. It does not know pins. */
import { errorOf, InvalidInput } from '../core/diagnostic.ts';
import { imageId } from '../core/ids.ts';
import type { Collection } from '../graph/collection.ts';
import { architectureOf } from '../plan/recipe.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import { baseProblem } from '../plan/base-check.ts';
import { usedBases } from './bases.ts';
import type { Workspace } from './context.ts';
import type { Bases } from './pinned-bases.ts';
import { must } from './unavailable.ts';

/** Throws InvalidInput where it cannot be what the templates stand on. */
export async function givenBase(
  said: string,
  { config }: Workspace,
  collection: Collection,
  registry: ImageRegistry,
): Promise<Bases> {
  if (!/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(said)) {
    throw invalid('id', `${said} is not the id of an image`, 'it must be like ami-0123456789abcdef0');
  }
  const id = imageId(said);
  const standing = [...usedBases(collection, config).values()]
    .flatMap(({ templates }) => templates)
    .map((merged) => ({ template: merged.template.name, architecture: architectureOf(merged, config) }));
  const problem = baseProblem(id, must(await registry.find(id)), config.region, standing);
  if (problem !== undefined) throw invalid(problem.kind, problem.message, cures[problem.kind]);
  return { imageOf: () => id, unpinned: [] };
}

const cures = {
  missing:
    'look for it in the other Regions, and copy it to this one (aws ec2 copy-image), or give another one',
  state: 'give one that is available, or wait until this one is',
  architecture: 'give one of the same architecture, or build only templates of that one',
};

const invalid = (what: string, message: string, cure: string): InvalidInput =>
  new InvalidInput([errorOf(`base-ami-${what}`, { message: `--base-ami: ${message}`, cure })]);
