/** The base images that templates stand on, as the cloud knows them. It does not know digests. */
import { canonical } from '../core/digest.ts';
import type { ImageId } from '../core/ids.ts';
import type { BaseImage } from '../core/template.ts';
import type { Collection } from '../graph/collection.ts';
import { baseOf } from '../plan/recipe.ts';
import type { Cloud, Workspace } from './context.ts';
import { must } from './unavailable.ts';

/** What each base of the collection is, asked for once. */
export async function resolveBases(
  { config }: Workspace,
  collection: Collection,
  { registry }: Pick<Cloud, 'registry'>,
): Promise<(base: BaseImage) => ImageId> {
  const bases = new Map<string, BaseImage>();
  for (const merged of collection.templates.values()) {
    if (merged.template.extends !== undefined) continue;
    const base = baseOf(merged, config);
    bases.set(canonical(base), base);
  }
  const resolved = await Promise.all(
    [...bases].map(async ([key, base]) => {
      const image = 'ami' in base ? (base.ami as ImageId) : must(await registry.resolveParameter(base.ssm));
      return [key, image] as const;
    }),
  );
  const images = new Map(resolved);
  return (base) => {
    const image = images.get(canonical(base));
    if (image === undefined) throw new Error(`the base image ${canonical(base)} was not resolved`);
    return image;
  };
}
