/** What the bases of a run stand for: their pins, or where there are none, what the cloud says. It does not know digests. */
import { lockName } from '../config/lock.ts';
import { findPin, type Pin, pinOf, scopeOf } from '../config/pins.ts';
import { baseKey } from '../core/base.ts';
import { errorOf, InvalidInput } from '../core/diagnostic.ts';
import { type ImageId, imageId } from '../core/ids.ts';
import type { BaseImage } from '../core/template.ts';
import type { Collection } from '../graph/collection.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import { resolveBase, placeOfBase, type UsedBase, usedBases } from './bases.ts';
import type { Workspace } from './context.ts';
import { readPins } from './lock-file.ts';
import type { Surroundings } from './surroundings.ts';

export interface Bases {
  readonly imageOf: (base: BaseImage) => ImageId;
  /** What had to be asked for, to be pinned by a run that builds. */
  readonly unpinned: readonly Pin[];
}

/** `registry` is called only where a base is not pinned. */
export async function pinnedBases(
  { clock }: Pick<Surroundings, 'clock'>,
  { config, files }: Workspace,
  collection: Collection,
  registry: () => Promise<ImageRegistry>,
  refuse: (unpinned: readonly (readonly [string, UsedBase])[]) => void = () => {},
): Promise<Bases> {
  const scope = scopeOf(config);
  const pins = await readPins(files);
  const images = new Map<string, ImageId>();
  const missing: (readonly [string, UsedBase])[] = [];
  for (const [key, used] of usedBases(collection, config)) {
    const image = 'ami' in used.base ? imageId(used.base.ami) : findPin(pins, scope, key)?.image;
    if (image === undefined) missing.push([key, used]);
    else images.set(key, image);
  }
  const unpinned: Pin[] = [];
  if (missing.length > 0) {
    refuse(missing);
    const now = clock.now();
    const cloud = await registry();
    unpinned.push(
      ...(await Promise.all(
        missing.map(async ([key, used]) => pinOf(scope, key, await resolveBase(used, cloud, now), now)),
      )),
    );
    for (const { base, image } of unpinned) images.set(base, image);
  }
  return {
    unpinned,
    imageOf(base) {
      const image = images.get(baseKey(base));
      if (image === undefined) throw new Error(`the base image ${baseKey(base)} was not resolved`);
      return image;
    },
  };
}

/** In CI nobody would commit what is written there, and the next run would pin something else. */
export const refuseInCi =
  (env: Surroundings['env'], { config }: Workspace) =>
  (unpinned: readonly (readonly [string, UsedBase])[]): void => {
    if (['', '0', 'false'].includes((env['CI'] ?? '').toLowerCase())) return;
    const { provider, region } = config;
    throw new InvalidInput(
      unpinned.map(([key, used]) =>
        errorOf('not-pinned', {
          message: `CI is set, and ${lockName} has no pin for ${key} in ${region} (${scopeOf(config).provider})`,
          place: placeOfBase(used),
          cure: `run amigraph update --provider ${provider} --region ${region} and commit ${lockName}`,
        }),
      ),
    );
  };
