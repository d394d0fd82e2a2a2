/** Finds the images that carry given digests, for a whole plan at once. It does not know which of them will do. */
import { shortDigest } from '../core/digest.ts';
import { byCodeUnits } from '../core/order.ts';
import type { CloudFailure } from '../core/failure.ts';
import type { Digest, TemplateName } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import { ok, type Result } from '../core/result.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import { type BuildRecord, hashTag, isOurs, ownership, recordOf, templateTag } from './tags.ts';

export interface Found {
  readonly image: RegisteredImage;
  readonly record: BuildRecord;
}

export interface LookedUp {
  /** By digest, newest first. A digest that no image carries is not in the map. */
  readonly found: ReadonlyMap<Digest, readonly Found[]>;
  /** They carry the hash of a digest, and are never reused: their tags are not whole, or do not say that they are ours. */
  readonly strange: readonly RegisteredImage[];
}

export async function lookUp(
  registry: ImageRegistry,
  digests: readonly Digest[],
): Promise<Result<LookedUp, CloudFailure>> {
  if (digests.length === 0) return ok({ found: new Map(), strange: [] });
  const images = await registry.findByTag(hashTag, [...new Set(digests.map(shortDigest))]);
  if (!images.ok) return images;
  const wanted = new Set(digests);
  const found = new Map<Digest, Found[]>();
  const strange: RegisteredImage[] = [];
  for (const { image, record } of newestFirst(images.value)) {
    if (record === undefined) strange.push(image);
    else if (wanted.has(record.digest)) {
      const others = found.get(record.digest);
      if (others === undefined) found.set(record.digest, [{ image, record }]);
      else others.push({ image, record });
    }
  }
  return ok({ found, strange });
}

/** Of each of these templates the newest image in `workspace`, whatever its digest; an available one before any other. */
export async function newestImages(
  registry: ImageRegistry,
  workspace: string,
  names: readonly TemplateName[],
): Promise<Result<ReadonlyMap<TemplateName, Found>, CloudFailure>> {
  if (names.length === 0) return ok(new Map());
  const images = await registry.findByTag(templateTag, names);
  if (!images.ok) return images;
  const newest = new Map<TemplateName, Found>();
  for (const { image, record } of newestFirst(images.value)) {
    if (record?.workspace !== workspace) continue;
    const other = newest.get(record.template);
    const better = image.state === 'available' && other?.image.state !== 'available';
    if (other === undefined || better) newest.set(record.template, { image, record });
  }
  return ok(newest);
}

/** An image of this account. */
export interface Listed {
  readonly image: RegisteredImage;
  /** Undefined: its tags are not whole, and nothing that they say is trusted. */
  readonly record: BuildRecord | undefined;
}

/** All that say that they are ours, newest first. */
export async function allImages(registry: ImageRegistry): Promise<Result<Listed[], CloudFailure>> {
  const images = await registry.findByTag(ownership.key, [ownership.value]);
  return images.ok ? ok(newestFirst(images.value.filter(isOurs))) : images;
}

function newestFirst(images: readonly RegisteredImage[]): Listed[] {
  return images
    .map((image) => ({ image, record: recordOf(image) }))
    .toSorted(
      (a, b) => byCodeUnits(b.image.createdAt, a.image.createdAt) || byCodeUnits(b.image.id, a.image.id),
    );
}
