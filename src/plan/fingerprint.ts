/** The digest of a recipe and the named parts that it is made of, from one walk, so that they cannot disagree. */
import { digestOfParts, type Fingerprint, type Part } from '../core/fingerprint.ts';
import type { Recipe } from '../core/recipe.ts';

/** Raised whenever the same recipe would give another digest. */
export const formatVersion = 1;

export function fingerprint(recipe: Recipe): Fingerprint {
  const parts = partsOf(recipe);
  return { parts, digest: digestOfParts(parts) };
}

/** Sets are in code-unit order already; what runs in an order keeps it. So are the keys of each object: the text of the parts is canonical. */
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
    ...recipe.secrets.map(({ name, parameter }): Part => ['secret', { name, parameter }]),
  ];
}
