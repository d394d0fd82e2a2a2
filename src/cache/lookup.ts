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

/** By digest, newest first. A digest that no image carries is not in the map. */
export async function lookUp(
  registry: ImageRegistry,
  digests: readonly Digest[],
): Promise<Result<ReadonlyMap<Digest, readonly Found[]>, CloudFailure>> {
  if (digests.length === 0) return ok(new Map());
  const images = await registry.findByTag(hashTag, [...new Set(digests.map(shortDigest))]);
  if (!images.ok) return images;
  const wanted = new Set(digests);
  const found = newestFirst(images.value).flatMap(({ image, record }): Found[] =>
    record !== undefined && wanted.has(record.digest) ? [{ image, record }] : [],
  );
  return ok(byDigest(found));
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

/** An image that says that it is ours. */
export interface Listed {
  readonly image: RegisteredImage;
  /** Undefined: its tags are not whole, and nothing that they say is trusted. */
  readonly record: BuildRecord | undefined;
}

/** All images of ours, newest first. */
export async function allImages(registry: ImageRegistry): Promise<Result<Listed[], CloudFailure>> {
  const images = await registry.findByTag(ownership.key, []);
  return images.ok ? ok(newestFirst(images.value)) : images;
}

function newestFirst(images: readonly RegisteredImage[]): Listed[] {
  return images
    .filter(isOurs)
    .map((image) => ({ image, record: recordOf(image) }))
    .toSorted(
      (a, b) => byCodeUnits(b.image.createdAt, a.image.createdAt) || byCodeUnits(b.image.id, a.image.id),
    );
}

function byDigest(found: readonly Found[]): Map<Digest, Found[]> {
  const groups = new Map<Digest, Found[]>();
  for (const one of found) {
    const others = groups.get(one.record.digest);
    if (others === undefined) groups.set(one.record.digest, [one]);
    else others.push(one);
  }
  return groups;
}
