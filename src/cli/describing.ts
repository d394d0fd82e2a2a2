/** Finds the one image that a word of the command line means, and what it is made of. It does not know how that is shown. */
import { readFingerprints } from '../cache/fingerprints.ts';
import { shortDigest } from '../core/digest.ts';
import { type Diagnostic, errorOf, InvalidInput } from '../core/diagnostic.ts';
import { templateName } from '../core/ids.ts';
import { meantTemplate } from '../graph/names.ts';
import { chainOf } from '../plan/chain.ts';
import type { KnownImage } from '../plan/images.ts';
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
  const { parts, areAll } = await currentParts(around, workspace, cloud.registry);
  const templates = new Map([...parts].map(([digest, named]) => [digest, named.map((one) => one.template)]));
  const { images, warnings } = await listImages(workspace, cloud, { templates, areAll });
  const known = meant(word, images, [...templates.values()].flat(), config);
  if (known.record === undefined) return { image: { known, chain: undefined }, warnings };
  const { template, digest } = known.record;
  const kept = await readFingerprints(cloud.store, config.prefix, [digest], new Set(parts.keys()));
  const all = new Map([...parts, ...[...kept].map(([of, one]) => [of, [one]] as const)]);
  return { image: { known, chain: chainOf(template, digest, all) }, warnings };
}

/** Of several images the one that would be reused: of a template its newest one that it has the digest of now. */
function meant(
  word: string,
  images: readonly KnownImage[],
  templates: readonly string[],
  { region, workspace }: Workspace['config'],
): KnownImage {
  const isId = /^ami-[0-9a-f]+$/.test(word);
  const byId = images.find(({ image }) => image.id === word);
  if (byId !== undefined) return byId;
  if (isId) throw new InvalidInput([unknownImage(word, region)]);
  const named = images.filter(
    ({ record }) => record?.template === templateName(word) && record.workspace === workspace,
  );
  const best =
    named.find((one) => isAvailable(one) && one.belongsTo.includes(templateName(word))) ??
    named.find(isAvailable) ??
    named[0];
  if (best !== undefined) return best;
  if (templates.includes(word)) throw new InvalidInput([noImage(word, region)]);
  const digests = /^[0-9a-f]{4,64}$/.test(word)
    ? images.filter(({ record }) => record?.digest.startsWith(word) === true)
    : [];
  const distinct = [...new Set(digests.flatMap(({ record }) => record?.digest ?? []))];
  if (distinct.length > 1) throw new InvalidInput([ambiguous(word, distinct.map(shortDigest))]);
  const found = digests.find(isAvailable) ?? digests[0];
  if (found !== undefined) return found;
  throw new InvalidInput([
    unknown(word, [...templates, ...images.flatMap(({ record }) => record?.template ?? [])]),
  ]);
}

const isAvailable = ({ image }: KnownImage): boolean => image.state === 'available';

const unknownImage = (word: string, region: string): Diagnostic =>
  errorOf('unknown-image', {
    message: `there is no image ${word} of ours in ${region}`,
    cure: 'amigraph list shows those that there are',
  });

const noImage = (word: string, region: string): Diagnostic =>
  errorOf('no-image', {
    message: `${word} has no image in ${region}`,
    cure: `make one: amigraph build ${word}`,
  });

const ambiguous = (word: string, digests: readonly string[]): Diagnostic =>
  errorOf('ambiguous-digest', {
    message: `${digests.length} digests of images begin with ${word}: ${digests.slice(0, 5).join(', ')}${digests.length > 5 ? ' and more' : ''}`,
    cure: 'give more of it',
  });

const unknown = (word: string, templates: readonly string[]): Diagnostic =>
  errorOf('unknown-template', {
    message: `${word} is no image, no template that has one, and not how a digest of one begins`,
    cure: meantTemplate(templateName(word), [...new Set(templates)].map(templateName)),
  });
