/** Finds the one image that a word of the command line means, and what it is made of. It does not know how that is shown. */
import { readFingerprints } from '../cache/fingerprints.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import { chainOf, outlinesOf } from '../plan/chain.ts';
import { meantImage } from '../plan/meant-image.ts';
import type { DescribedImage } from '../report/images.ts';
import type { Cloud, Workspace } from './context.ts';
import { currentParts } from './current-templates.ts';
import { type ImageList, listImages } from './image-list.ts';
import type { Surroundings } from './surroundings.ts';

export interface Described extends Pick<ImageList, 'warnings'> {
  readonly image: DescribedImage;
}

/** `word`: an image's id, a template's name, or how a digest begins. Throws InvalidInput where it means none, or several digests. */
export async function describeImage(
  around: Surroundings,
  workspace: Workspace,
  cloud: Cloud,
  word: string,
): Promise<Described> {
  const { config } = workspace;
  const { parts, lacking } = await currentParts(around, workspace, cloud.registry);
  const templates = new Map([...parts].map(([digest, named]) => [digest, named.map((one) => one.template)]));
  const { images, warnings } = await listImages(workspace, cloud, { templates, lacking });
  const meant = meantImage(word, {
    images,
    templates: outlinesOf(parts),
    mustBeListed: config.cache.trust === 'manifest',
    region: config.region,
    workspace: config.workspace,
  });
  if (!meant.ok) throw new InvalidInput([meant.error]);
  const known = meant.value;
  if (known.record === undefined) return { image: { known, chain: undefined }, warnings };
  const { template, digest } = known.record;
  const kept = await readFingerprints(cloud.store, config.prefix, [digest], new Set(parts.keys()));
  const all = new Map([...parts, ...[...kept].map(([of, one]) => [of, [one]] as const)]);
  return { image: { known, chain: chainOf(template, digest, all) }, warnings };
}
