/** Whether an image must be built, from what carries its digest. It does not look anything up. */
import type { Found } from '../cache/lookup.ts';
import type { ImageId, TemplateName } from '../core/ids.ts';
import { isBeingMade, type RegisteredImage } from '../core/image.ts';
import type { Reason } from '../core/plan.ts';

export interface Expected {
  /** The template whose image it stands on; null: a base image. */
  readonly parent: TemplateName | null;
  /** The templates that have the parent's digest: one image serves them all. */
  readonly twins?: ReadonlySet<TemplateName> | undefined;
  /** The images that have the parent's digest, whatever it was called when they were made. */
  readonly parentImages?: readonly Found[] | undefined;
  /** The base image, where it stands on one. */
  readonly baseImage: ImageId | null;
}

/** Why an image that carries the digest is not reused. */
export type Rejection = Extract<
  Reason,
  { readonly kind: 'image-unusable' | 'other-parent' | 'image-unlisted' }
>;

export type Decision = (
  | { readonly action: 'reuse'; readonly image: RegisteredImage }
  | { readonly action: 'wait'; readonly image: RegisteredImage }
  | { readonly action: 'build'; readonly image: null }
) & {
  readonly reason: Reason;
  readonly rejected: readonly Rejection[];
};

/** The newest that is available, trusted and stands on what the plan expects; else one that is being made; else none. */
export function decide(
  found: readonly Found[],
  expected: Expected,
  isTrusted: (image: Found) => boolean,
): Decision {
  const rejected: Rejection[] = [];
  const right = found.filter((one) => {
    const rejection = rejectionOf(one, expected, isTrusted);
    if (rejection !== undefined) rejected.push(rejection);
    return rejection === undefined;
  });
  const available = right.find(({ image }) => image.state === 'available');
  if (available !== undefined) {
    const { image, record } = available;
    const reason: Reason = {
      kind: 'hit',
      image: image.id,
      createdAt: image.createdAt,
      buildId: record.buildId,
    };
    return { action: 'reuse', reason, image, rejected };
  }
  const [pending] = right;
  if (pending !== undefined) {
    const reason: Reason = { kind: 'image-pending', image: pending.image.id };
    return { action: 'wait', reason, image: pending.image, rejected };
  }
  // An image that never came to be says less than one that could have been.
  const telling = rejected.find(({ kind }) => kind !== 'other-parent') ?? rejected[0];
  return { action: 'build', reason: telling ?? { kind: 'no-image' }, image: null, rejected };
}

function rejectionOf(
  one: Found,
  expected: Expected,
  isTrusted: (image: Found) => boolean,
): Rejection | undefined {
  const { id, state, stateReason } = one.image;
  if (!standsOnExpected(one, expected)) return otherParent(one, expected);
  if (isBeingMade(state)) return undefined;
  if (state !== 'available') {
    const why = stateReason === undefined ? {} : { why: stateReason };
    return { kind: 'image-unusable', image: id, state, ...why };
  }
  return isTrusted(one) ? undefined : { kind: 'image-unlisted', image: id };
}

const otherParent = ({ image, record }: Found, expected: Expected): Rejection => ({
  kind: 'other-parent',
  image: image.id,
  expected: expected.parent ?? expected.baseImage ?? '',
  found: (expected.parent === null ? record.baseImage : record.parent) ?? record.baseImage,
});

/** The digest holds the parent's digest; the tags must not tell another story. */
function standsOnExpected({ record }: Found, expected: Expected): boolean {
  const { parent, twins, parentImages = [], baseImage } = expected;
  const name = record.parent;
  const isParent =
    name === parent ||
    (name !== null && twins?.has(name) === true) ||
    // The parent has got another name since.
    parentImages.some((one) => one.image.id === record.baseImage && one.record.template === name);
  return isParent && (baseImage === null || record.baseImage === baseImage);
}
