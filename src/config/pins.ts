/** What each base image stood for when it was pinned. It does not know how pins are written down, nor what a base stands for now. */
import type { ImageId, TemplateName } from '../core/ids.ts';
import type { Config } from './config.ts';
import type { Provider } from './written-config.ts';

/** Where a base has an image of its own: a sandbox knows other images than AWS, and each Region others than the next. */
export interface PinScope {
  readonly provider: Provider;
  readonly region: string;
}

export interface Pin extends PinScope {
  /** As core/base.ts calls it. */
  readonly base: string;
  readonly image: ImageId;
  /** ISO 8601, in seconds. */
  readonly pinnedAt: string;
}

/** A pin beside what its base stands for now. */
export interface ComparedBase {
  /** Its key. */
  readonly base: string;
  readonly pin: Pin | undefined;
  readonly newest: ImageId;
  /** What another base image would build anew: all that stands on it, in code-unit order. */
  readonly standing: readonly TemplateName[];
}

/** A pin that changes; null: there is none. */
export interface PinMove {
  readonly base: string;
  readonly from: ImageId | null;
  readonly to: ImageId | null;
}

/** Whoever answers at an endpoint of one's own, for all three services, is not AWS. */
export const scopeOf = ({ provider, endpoint, region }: Config): PinScope => ({
  provider: endpoint === undefined ? provider : 'sandbox',
  region,
});

/** What no two pins have in common. */
export const identity = ({ provider, region, base }: Omit<Pin, 'image' | 'pinnedAt'>): string =>
  JSON.stringify([provider, region, base]);

export const findPin = (pins: readonly Pin[], scope: PinScope, base: string): Pin | undefined =>
  pins.find((one) => identity(one) === identity({ ...scope, base }));

/** When each image was pinned that is. */
export const pinDates = (pins: readonly Pin[]): ReadonlyMap<string, string> =>
  new Map(pins.map(({ image, pinnedAt }) => [image, pinnedAt]));

/** `newer` in the place of those for the same bases. */
export function withPins(pins: readonly Pin[], newer: readonly Pin[]): Pin[] {
  const replaced = new Set(newer.map(identity));
  return [...pins.filter((one) => !replaced.has(identity(one))), ...newer];
}

/** Without those of the scope whose bases are not among `used`. */
export const withoutUnused = (pins: readonly Pin[], scope: PinScope, used: ReadonlySet<string>): Pin[] =>
  pins.filter((one) => one.provider !== scope.provider || one.region !== scope.region || used.has(one.base));

/** `now` in milliseconds. */
export const pinOf = (scope: PinScope, base: string, image: ImageId, now: number): Pin => ({
  ...scope,
  base,
  image,
  pinnedAt: new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
});
