/** The base images of both ends of a comparison, with no cloud. It does not know digests. */
import type { Config } from '../config/config.ts';
import { findPin, type Pin, scopeOf } from '../config/pins.ts';
import { baseKey } from '../core/base.ts';
import { type ImageId, imageId } from '../core/ids.ts';
import type { BaseImage } from '../core/template.ts';

export type Pins = (base: BaseImage) => ImageId | undefined;

/** What of the pins is for the cloud that `config` is about. */
export function pinsOf(pins: readonly Pin[], config: Config): Pins {
  const scope = scopeOf(config);
  return (base) => findPin(pins, scope, baseKey(base))?.image;
}

/** The image that `base` was or will be; where neither end pins it, a text that is the same at both, so that nothing is affected by that. */
export function imageOf(own: Pins, other: Pins): (base: BaseImage) => ImageId {
  const known = new Map<string, ImageId>();
  return (base) => {
    if ('ami' in base) return imageId(base.ami);
    const key = baseKey(base);
    const image = known.get(key) ?? own(base) ?? other(base) ?? imageId(`unpinned ${key}`);
    known.set(key, image);
    return image;
  };
}
