/** All images of ours with all that is known of them. It does not know how they are shown. */
import { allImages } from '../cache/lookup.ts';
import { emptyManifest, manifestKey } from '../cache/manifest.ts';
import { readManifest } from '../cache/manifest-store.ts';
import { templateTag } from '../cache/tags.ts';
import { errorOf, InvalidInput } from '../core/diagnostic.ts';
import type { Warning } from '../core/event.ts';
import type { CloudFailure } from '../core/failure.ts';
import { didYouMean } from '../core/nearest.ts';
import { type CurrentDigests, type KnownImage, knownImages } from '../plan/images.ts';
import type { Cloud, Workspace } from './context.ts';
import { manifestObject, manifestWarnings } from './manifest-warnings.ts';
import { must } from './unavailable.ts';

export interface ImageList {
  /** Newest first. */
  readonly images: readonly KnownImage[];
  readonly warnings: readonly Warning[];
}

/** Throws where EC2 does not answer; without the bucket less is known. */
export async function listImages(
  { config }: Workspace,
  { registry, store }: Pick<Cloud, 'registry' | 'store'>,
  current: CurrentDigests,
): Promise<ImageList> {
  const key = manifestKey(config.prefix, config.region);
  const [listed, read] = await Promise.all([allImages(registry), readManifest(store, key)]);
  const manifest = read.ok ? read.value.manifest : emptyManifest;
  const images = knownImages(must(listed), config.workspace, manifest, current);
  const damaged = images.filter(({ record }) => record === undefined);
  return {
    images,
    warnings: [
      ...damaged.map(({ image }): Warning => ({ code: 'image-tags', image: image.id })),
      ...(read.ok ? manifestWarnings(config, read.value.problem) : [unread(config, read.error)]),
      ...(current.lacking === undefined ? [] : [{ code: 'stale-unknown', why: current.lacking } as const]),
    ],
  };
}

/** Throws where no image and no template is called so; which templates there are is not known while some have errors. */
export function demandTemplate(
  name: string,
  images: readonly KnownImage[],
  { templates, lacking }: CurrentDigests,
): void {
  const built = images.flatMap(({ image, record }) => record?.template ?? image.tags[templateTag] ?? []);
  const names = new Set<string>([...[...templates.values()].flat(), ...built]);
  if (lacking !== undefined || names.has(name)) return;
  const message = `there is neither a template nor an image of one that is called ${name}`;
  throw new InvalidInput([errorOf('unknown-template', { message, cure: didYouMean(name, names) })]);
}

const unread = (config: Workspace['config'], cause: CloudFailure): Warning => ({
  code: 'manifest-unread',
  object: manifestObject(config),
  cause,
});
