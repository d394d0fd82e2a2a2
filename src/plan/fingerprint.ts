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
  const parts: Part[] = [
    ['format', formatVersion],
    origin.kind === 'base' ? ['base image', origin.image] : ['parent', origin.digest],
  ];
  for (const digest of recipe.dependsOn) parts.push(['depends on', digest]);
  parts.push(['architecture', recipe.architecture], ['volume', recipe.volumeGb]);
  for (const spec of recipe.packages) parts.push(['package', spec]);
  for (const { gid, name, uid } of recipe.users) parts.push(['user', { gid, name, uid }]);
  for (const { bucket, mountPoint, readOnly } of recipe.mounts)
    parts.push(['mount', { bucket, mountPoint, readOnly }]);
  for (const command of recipe.tests) parts.push(['test', command]);
  for (const { arguments: given, name, scriptDigest } of recipe.steps)
    parts.push(['step', { arguments: given, name, script: scriptDigest }]);
  for (const { digest, executable, path } of recipe.inputs)
    parts.push(['input', { digest, executable, path }]);
  for (const { name, parameter } of recipe.secrets) parts.push(['secret', { name, parameter }]);
  return parts;
}
