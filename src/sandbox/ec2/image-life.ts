/** What the clock makes of an image, and which images there are for whom. It changes nothing. */
import type { Call } from '../call.ts';
import { Refusal } from '../call.ts';
import type { ImageRecord, Time } from '../records.ts';
import { publicImages } from './public-images.ts';

export type ImageState = 'pending' | 'available' | 'failed' | 'error' | 'deregistered' | 'disabled';

export function imageState(image: ImageRecord, now: Time): ImageState {
  if (image.deregisteredAt !== undefined) return 'deregistered';
  if (image.disabled) return 'disabled';
  return now >= image.settledAt ? image.outcome : 'pending';
}

export const allImages = (call: Call): ImageRecord[] => [
  ...publicImages(call.region),
  ...call.tables.images.all(call.region),
];

export const checkImageId = (id: string): string => {
  if (/^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/u.test(id)) return id;
  throw new Refusal('InvalidAMIID.Malformed', `Invalid id: "${id}" (expecting "ami-...")`);
};

export const imagesMissing = (ids: readonly string[]): Refusal =>
  new Refusal(
    'InvalidAMIID.NotFound',
    ids.length === 1
      ? `The image id '[${ids.join(', ')}]' does not exist`
      : `The image ids '[${ids.join(', ')}]' do not exist`,
  );

export const imageUnavailable = (id: string): Refusal =>
  new Refusal('InvalidAMIID.Unavailable', `The image ID '${id}' is no longer available`);

/** One image that can be seen, of ours or AWS's. */
export function findImage(call: Call, id: string): ImageRecord {
  const image =
    call.tables.images.get(call.region, checkImageId(id)) ??
    publicImages(call.region).find((one) => one.id === id);
  if (image === undefined || call.now < image.visibleAt) throw imagesMissing([id]);
  return image;
}

/** One of our own images, to be changed. */
export function ownImage(call: Call, id: string): ImageRecord {
  const image = findImage(call, id);
  if (image.public) {
    throw new Refusal('AuthFailure', `Not authorized for image:${id}`, { status: 403 });
  }
  if (image.deregisteredAt !== undefined) throw imageUnavailable(id);
  return image;
}
