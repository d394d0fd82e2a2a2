/** What the cloud has for a plan, in one go: the images that carry its digests, and what the manifest remembers. It decides nothing. */
import { type Found, lookUp, type LookedUp } from '../cache/lookup.ts';
import {
  knownTokens,
  type Manifest,
  manifestKey,
  type ManifestProblem,
  rememberedDurations,
} from '../cache/manifest.ts';
import { readManifest } from '../cache/manifest-store.ts';
import type { Config } from '../config/config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Warning } from '../core/event.ts';
import type { Digest, TemplateName } from '../core/ids.ts';
import type { DecideFacts } from '../plan/plan.ts';
import type { Cloud } from './context.ts';
import { manifestObject, manifestWarnings } from './manifest-warnings.ts';
import { must } from './unavailable.ts';

export interface Asked extends LookedUp {
  readonly manifest: Manifest;
  readonly durations: ReadonlyMap<TemplateName, number>;
  /** The highest lease token that the manifest has seen, by digest. */
  readonly tokens: ReadonlyMap<Digest, number>;
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
  const { manifest, problem } = must(read);
  const { trust } = config.cache;
  const warnings = manifestWarnings(config, problem);
  // To go on would be to build everything anew.
  if (trust === 'manifest' && problem !== undefined) throw untrusted(config, problem);
  const isListed = ({ image, record }: Found): boolean => manifest.images[record.digest]?.image === image.id;
  return {
    ...must(found),
    isListed,
    isTrusted: trust === 'manifest' ? isListed : () => true,
    manifest,
    durations: rememberedDurations(manifest),
    tokens: knownTokens(manifest),
    warnings,
  };
}

const untrusted = (config: Config, { message }: ManifestProblem): InvalidInput =>
  new InvalidInput([
    {
      severity: 'error',
      code: 'manifest-broken',
      message: `cache.trust is "manifest", and ${manifestObject(config)} cannot be used: ${message}`,
      cure: 'make it anew from the tags: amigraph manifest repair',
    },
  ]);
