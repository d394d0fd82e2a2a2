/** What a manifest should say, by the tags, and where it says something else. Pure; it looks nothing up and writes nothing. */
import type { Digest } from '../core/ids.ts';
import type { Listed } from './lookup.ts';
import { imagesIn, type Manifest, type ManifestEntry } from './manifest.ts';
import type { BuildRecord } from './tags.ts';

export interface Difference {
  /** `missing`: only the tags have it. `gone`: only the manifest has it. `differs`: they have different facts. */
  readonly kind: 'missing' | 'gone' | 'differs';
  readonly digest: Digest;
  readonly template: string;
  /** By the tags; null: no image with this digest is available. */
  readonly image: string | null;
  /** By the manifest. */
  readonly listed: string | null;
}

export interface Repaired {
  readonly manifest: Manifest;
  /** Empty: it was right. */
  readonly differences: readonly Difference[];
}

/** `images`: all of ours, newest first. What only the manifest knows of an image that is there is kept; parameters that name others are asked for again. */
export function repaired(manifest: Manifest, images: readonly Listed[]): Repaired {
  const right = new Map<Digest, ManifestEntry>();
  for (const tagged of newestOf(manifest, images)) {
    if (!right.has(tagged.digest)) right.set(tagged.digest, entryOf(tagged, manifest.images[tagged.digest]));
  }
  const differences: Difference[] = [];
  for (const [digest, { template, image }] of right) {
    const listed = manifest.images[digest];
    const difference = { digest, template, image, listed: listed?.image ?? null };
    if (listed === undefined) differences.push({ kind: 'missing', ...difference });
    else if (listed.image !== image || listed.template !== template)
      differences.push({ kind: 'differs', ...difference });
  }
  for (const [digest, { template, image }] of Object.entries(manifest.images)) {
    if (right.has(digest as Digest)) continue;
    differences.push({ kind: 'gone', digest: digest as Digest, template, image: null, listed: image });
  }
  const ids = new Set(images.map(({ image }) => image.id as string));
  const { parameters = {} } = manifest;
  const said = Object.entries(parameters).filter(([, known]) => imagesIn(known).some((id) => ids.has(id)));
  return {
    manifest: {
      ...manifest,
      images: Object.fromEntries(right),
      ...(manifest.parameters && { parameters: Object.fromEntries(said) }),
    },
    differences,
  };
}

/** Those that are available, newest first; where one that is listed is among them, only such as stand on the same parent. */
function newestOf(manifest: Manifest, images: readonly Listed[]): Tagged[] {
  const available = images.flatMap(({ image, record }): Tagged[] =>
    record === undefined || image.state !== 'available'
      ? []
      : [{ ...record, image: image.id, createdAt: image.createdAt }],
  );
  const parents = new Map<Digest, string | null>();
  for (const { digest, image, parent } of available)
    if (manifest.images[digest]?.image === image) parents.set(digest, parent);
  return available.filter(({ digest, parent }) => !parents.has(digest) || parents.get(digest) === parent);
}

interface Tagged extends BuildRecord {
  readonly image: string;
  readonly createdAt: string;
}

/** A lease's token is remembered even of another image: it only rises. */
function entryOf(tagged: Tagged, known: ManifestEntry | undefined): ManifestEntry {
  const { template, image, buildId, buildDate, createdAt } = tagged;
  if (known?.image === image) return { ...known, template };
  const took = Date.parse(createdAt) - Date.parse(buildDate);
  return {
    template,
    image,
    buildId,
    token: known?.token ?? 0,
    builtAt: createdAt,
    // From the start of the build until the image was asked for.
    durationMs: Number.isNaN(took) ? 0 : Math.max(0, took),
  };
}
