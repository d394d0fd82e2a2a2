/** The base images of both ends of a comparison, with no cloud. It does not know digests. */
import type { Config } from '../config/config.ts';
import { findPin, type Pin, type PinScope, scopeOf } from '../config/pins.ts';
import { baseKey } from '../core/base.ts';
import { type ImageId, imageId } from '../core/ids.ts';
import type { BaseImage } from '../core/template.ts';

export interface Pins {
  readonly scope: PinScope;
  readonly of: (base: BaseImage) => ImageId | undefined;
}

/** What of the pins is for the cloud that `config` is about. */
export function pinsOf(pins: readonly Pin[], config: Config): Pins {
  const scope = scopeOf(config);
  return { scope, of: (base) => findPin(pins, scope, baseKey(base))?.image };
}

/** Those of a lock file that cannot be used, for the reason `why`: none of them is any other. */
export const unknownPins = (why: string, config: Config): Pins => ({
  scope: scopeOf(config),
  of: () => imageId(`unknown (${why})`),
});

/**
 * The image that `base` was or will be. Where only one end pins it, that counts for both, as long as both are about one Region;
 * where neither does, it is a text that is the same at both. By either, nothing is affected.
 */
export function imageOf(own: Pins, other: Pins): (base: BaseImage) => ImageId {
  const known = new Map<string, ImageId>();
  const { provider, region } = own.scope;
  const sameScope = provider === other.scope.provider && region === other.scope.region;
  return (base) => {
    if ('ami' in base) return imageId(base.ami);
    const key = baseKey(base);
    const image =
      known.get(key) ??
      own.of(base) ??
      (sameScope ? other.of(base) : undefined) ??
      imageId(`unpinned ${key}`);
    known.set(key, image);
    return image;
  };
}
