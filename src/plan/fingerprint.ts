/** The digest of a recipe and the named parts that it is made of, from one walk, so that they cannot disagree. */
import { digestOf, type Json } from '../core/digest.ts';
import type { Digest } from '../core/ids.ts';
import type { Recipe } from '../core/recipe.ts';

/** Raised whenever the same recipe would give another digest. */
const formatVersion = 1;

/** What it is called, and what it is; several parts may have one name. */
type Part = readonly [name: string, value: Json];

export interface Fingerprint {
  readonly digest: Digest;
  readonly parts: readonly Part[];
}

export function fingerprint(recipe: Recipe): Fingerprint {
  const parts = partsOf(recipe);
  return { parts, digest: digestOf(JSON.stringify(parts)) };
}

/** Sets are in code-unit order already; what runs in an order keeps it. The keys of each object are in code-unit order: the text is canonical. */
function partsOf(recipe: Recipe): Part[] {
  const { origin } = recipe;
  return [
    ['format', formatVersion],
    origin.kind === 'base' ? ['base image', origin.image] : ['parent', origin.digest],
    ...recipe.dependsOn.map((digest): Part => ['depends on', digest]),
    ['architecture', recipe.architecture],
    ['volume', recipe.volumeGb],
    ...recipe.packages.map((spec): Part => ['package', spec]),
    ...recipe.users.map(({ gid, name, uid }): Part => ['user', { gid, name, uid }]),
    ...recipe.mounts.map(({ bucket, mountPoint, readOnly }): Part => [
      'mount',
      { bucket, mountPoint, readOnly },
    ]),
    ...recipe.tests.map((command): Part => ['test', command]),
    ...recipe.steps.map((step): Part => [
      'step',
      { arguments: step.arguments, name: step.name, script: step.scriptDigest },
    ]),
    ...recipe.inputs.map(({ digest, executable, path }): Part => ['input', { digest, executable, path }]),
  ];
}
