/** What the cloud has for a plan, in one go: the images that carry its digests, and what the manifest remembers. It decides nothing. */
import { type Found, lookUp, type LookedUp } from '../cache/lookup.ts';
import { type Manifest, manifestKey, rememberedDurations } from '../cache/manifest.ts';
import { readManifest } from '../cache/manifest-store.ts';
import type { Config } from '../config/config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Warning } from '../core/event.ts';
import type { TemplateName } from '../core/ids.ts';
import type { DecideFacts } from '../plan/plan.ts';
import { repair } from '../report/warnings.ts';
import type { Cloud } from './context.ts';
import { manifestObject, manifestWarnings } from './manifest-warnings.ts';
import { must } from './unavailable.ts';

export interface Asked extends LookedUp {
  readonly manifest: Manifest;
  readonly durations: ReadonlyMap<TemplateName, number>;
  /** Of the manifest. */
  readonly warnings: readonly Warning[];
  readonly isListed: (image: Found) => boolean;
  /** Whether it may be reused: where tags are trusted, any. */
  readonly isTrusted: (image: Found) => boolean;
}

/** For the selected templates and all that they stand on. Throws where the cloud does not answer. */
export async function askCloud(
  config: Config,
  { graph, templates }: Pick<DecideFacts, 'graph' | 'templates'>,
  selected: ReadonlySet<TemplateName>,
  { registry, store }: Pick<Cloud, 'registry' | 'store'>,
): Promise<Asked> {
  const digests = [...graph.withAncestors(selected)].flatMap((name) => templates.get(name)?.digest ?? []);
  const key = manifestKey(config.prefix, config.region);
  const [found, read] = await Promise.all([lookUp(registry, digests), readManifest(store, key)]);
  const { manifest, problem, isThere } = must(read);
  const looked = must(found);
  const { trust } = config.cache;
  const warnings = manifestWarnings(config, problem);
  // To go on would be to build everything anew.
  if (trust === 'manifest') {
    if (problem !== undefined) throw untrusted(config, `cannot be used: ${problem.message}`);
    if (!isThere && looked.found.size > 0) throw untrusted(config, 'is not there');
  }
  const isListed = ({ image, record }: Found): boolean => manifest.images[record.digest]?.image === image.id;
  return {
    ...looked,
    isListed,
    isTrusted: trust === 'manifest' ? isListed : () => true,
    manifest,
    durations: rememberedDurations(manifest),
    warnings,
  };
}

const untrusted = (config: Config, why: string): InvalidInput =>
  new InvalidInput([
    {
      severity: 'error',
      code: 'manifest-broken',
      message: `cache.trust is "manifest", and ${manifestObject(config)} ${why}`,
      cure: `make it anew from the tags: ${repair(config)}`,
    },
  ]);
