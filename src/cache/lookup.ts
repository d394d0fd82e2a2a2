/** Finds the images that carry given digests, for a whole plan at once. It does not know which of them will do. */
import { shortDigest } from '../core/digest.ts';
import { byCodeUnits } from '../core/order.ts';
import type { CloudFailure } from '../core/failure.ts';
import type { Digest } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import { ok, type Result } from '../core/result.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import { type BuildRecord, hashTag, recordOf } from './tags.ts';

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
  const found = withRecords(images.value).filter(({ record }) => wanted.has(record.digest));
  return ok(byDigest(found));
}

/** All images of ours, newest first. */
export async function allImages(registry: ImageRegistry): Promise<Result<Found[], CloudFailure>> {
  const images = await registry.findByTag(hashTag, []);
  return images.ok ? ok(withRecords(images.value)) : images;
}

function withRecords(images: readonly RegisteredImage[]): Found[] {
  return images
    .flatMap((image): Found[] => {
      const record = recordOf(image);
      return record === undefined ? [] : [{ image, record }];
    })
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
