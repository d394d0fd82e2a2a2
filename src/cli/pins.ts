/** The base images of both ends of a comparison, with no cloud. It does not know digests. */
import { type ImageId, imageId } from '../core/ids.ts';
import type { BaseImage } from '../core/template.ts';
import type { Files } from '../ports/files.ts';

export type Pins = (base: BaseImage) => ImageId | undefined;

/** What amigraph.lock pins: nothing yet. */
export function pinsOf(_files: Files): Promise<Pins> {
  return Promise.resolve(() => undefined);
}

/** The image that `base` was or will be; where neither end pins it, a text that is the same at both, so that nothing is affected by that. */
export function imageOf(own: Pins, other: Pins): (base: BaseImage) => ImageId {
  return (base) =>
    'ami' in base ? imageId(base.ami) : (own(base) ?? other(base) ?? imageId(`unpinned ssm:${base.ssm}`));
}
