/** The digest of a recipe and the named parts that it is made of, from one walk, so that they cannot disagree. */
import { canonical, digestOf, type Json } from '../core/digest.ts';
import type { Digest } from '../core/ids.ts';
import type { Recipe } from '../core/recipe.ts';

/** Raised whenever the same recipe would give another digest. */
const formatVersion = 1;

interface Part {
  /** What a person calls it: `package gcc@13.2.0`, `script scripts/bootstrap.sh`. */
  readonly name: string;
  readonly value: Json;
}

export interface Fingerprint {
  readonly digest: Digest;
  readonly parts: readonly Part[];
}

export function fingerprint(recipe: Recipe): Fingerprint {
  const parts = partsOf(recipe);
  return { parts, digest: digestOf(canonical(parts.map(({ name, value }) => [name, value]))) };
}

/** Sets are in code-unit order already; what runs in an order keeps it. */
function partsOf(recipe: Recipe): Part[] {
  const { origin } = recipe;
  const part = (name: string, value: Json): Part => ({ name, value });
  return [
    part('format', formatVersion),
    origin.kind === 'base' ? part('base image', origin.image) : part('parent', origin.digest),
    ...recipe.dependsOn.map((digest) => part('depends on', digest)),
    part('architecture', recipe.architecture),
    part('volume', recipe.volumeGb),
    ...recipe.packages.map((spec) => part('package', spec)),
    ...recipe.users.map(({ name, uid, gid }) => part('user', { name, uid, gid })),
    ...recipe.mounts.map(({ bucket, mountPoint, readOnly }) =>
      part('mount', { bucket, mountPoint, readOnly }),
    ),
    ...recipe.tests.map((command) => part('test', command)),
    ...recipe.steps.map((step) =>
      part('step', { name: step.name, arguments: step.arguments, script: step.scriptDigest }),
    ),
    ...recipe.inputs.map(({ path, digest, executable }) => part('input', { path, digest, executable })),
  ];
}
