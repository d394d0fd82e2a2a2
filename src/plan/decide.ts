/** Whether an image must be built, from what carries its digest. It does not look anything up. */
import type { Found } from '../cache/lookup.ts';
import type { ImageId, TemplateName } from '../core/ids.ts';
import { isBeingMade, type RegisteredImage } from '../core/image.ts';
import type { Reason } from '../core/plan.ts';

export interface Expected {
  /** The template whose image it stands on; null: a base image. */
  readonly parent: TemplateName | null;
  /** The base image, where it stands on one. */
  readonly baseImage: ImageId | null;
}

export type Decision = (
  | { readonly action: 'reuse'; readonly image: RegisteredImage }
  | { readonly action: 'wait'; readonly image: RegisteredImage }
  | { readonly action: 'build'; readonly image: null }
) & {
  readonly reason: Reason;
  /** Images that carry the digest and cannot be used. */
  readonly unusable: readonly RegisteredImage[];
};

/** The newest that is available and stands on what the plan expects; else one that is being made; else none. */
export function decide(found: readonly Found[], expected: Expected): Decision {
  const right = found.filter((one) => standsOnExpected(one, expected));
  const unusable = right
    .map(({ image }) => image)
    .filter(({ state }) => state !== 'available' && !isBeingMade(state));
  const available = right.find(({ image }) => image.state === 'available');
  if (available !== undefined) {
    const { image, record } = available;
    const reason: Reason = {
      kind: 'hit',
      image: image.id,
      createdAt: image.createdAt,
      buildId: record.buildId,
    };
    return { action: 'reuse', reason, image, unusable };
  }
  const pending = right.find(({ image }) => isBeingMade(image.state));
  if (pending !== undefined) {
    const reason: Reason = { kind: 'image-pending', image: pending.image.id };
    return { action: 'wait', reason, image: pending.image, unusable };
  }
  return { action: 'build', reason: whyBuild(found, unusable, expected), image: null, unusable };
}

function whyBuild(found: readonly Found[], unusable: readonly RegisteredImage[], expected: Expected): Reason {
  const [bad] = unusable;
  if (bad !== undefined) return { kind: 'image-unusable', image: bad.id, state: bad.state };
  const [other] = found;
  if (other === undefined) return { kind: 'no-image' };
  return {
    kind: 'other-parent',
    image: other.image.id,
    expected: expected.parent ?? expected.baseImage ?? '',
    found:
      (expected.parent === null ? other.record.baseImage : other.record.parent) ?? other.record.baseImage,
  };
}

/** The digest holds the parent's digest; the tags must not tell another story. */
function standsOnExpected({ record }: Found, { parent, baseImage }: Expected): boolean {
  return record.parent === parent && (baseImage === null || record.baseImage === baseImage);
}
