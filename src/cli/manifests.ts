/** The manifest beside the tags, read or repaired. It does not know how that is shown. */
import { allImages, type Listed } from '../cache/lookup.ts';
import { type Manifest, manifestKey, type ManifestProblem } from '../cache/manifest.ts';
import { type Difference, type Repaired, repaired } from '../cache/manifest-repair.ts';
import { changeManifest, readManifest } from '../cache/manifest-store.ts';
import { ok } from '../core/result.ts';
import type { Cloud, Workspace } from './context.ts';
import { manifestObject, manifestWarnings } from './manifest-warnings.ts';
import type { Surroundings } from './surroundings.ts';
import { must } from './unavailable.ts';

export interface ManifestState {
  /** `s3://bucket/key`. */
  readonly object: string;
  /** Empty where there is none that can be used. */
  readonly manifest: Manifest;
  readonly problem: ManifestProblem | undefined;
  readonly isThere: boolean;
}

/** Throws InvalidInput where a later amigraph wrote it. */
export async function openManifest(
  { config }: Workspace,
  { store }: Pick<Cloud, 'store'>,
): Promise<ManifestState> {
  const read = must(await readManifest(store, manifestKey(config.prefix, config.region)));
  manifestWarnings(config, read.problem);
  return { object: manifestObject(config), ...read };
}

export interface Verified extends ManifestState {
  readonly differences: readonly Difference[];
  /** How many images there are by the tags. */
  readonly images: number;
}

export async function verifyManifest(workspace: Workspace, cloud: Cloud): Promise<Verified> {
  const [state, images] = [await openManifest(workspace, cloud), await listed(cloud)];
  const { differences, manifest } = repaired(state.manifest, images);
  return { ...state, differences, images: Object.keys(manifest.images).length };
}

export interface RepairedManifest extends Verified {
  /** Where what could not be read was put. */
  readonly setAside: string | undefined;
}

/** Writes what the tags say. Others may enter images of theirs meanwhile: so the images are looked up after each reading. */
export async function repairManifest(
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
  workspace: Workspace,
  cloud: Cloud,
): Promise<RepairedManifest> {
  const state = await openManifest(workspace, cloud);
  const { prefix, region, bucket } = workspace.config;
  let last: Repaired = { manifest: state.manifest, differences: [] };
  const access = { store: cloud.store, clock, random, key: manifestKey(prefix, region) };
  const changed = must(
    await changeManifest(access, async (manifest) => {
      last = repaired(manifest, await listed(cloud));
      return ok(last.differences.length === 0 && state.isThere ? undefined : last.manifest);
    }),
  );
  return {
    ...state,
    ...last,
    images: Object.keys(last.manifest.images).length,
    setAside: changed.setAside === undefined ? undefined : `s3://${bucket}/${changed.setAside}`,
  };
}

const listed = async ({ registry }: Cloud): Promise<Listed[]> => must(await allImages(registry));
