/** What the cloud has for a plan, in one go: the images that carry its digests, and what the manifest remembers. It decides nothing. */
import { type Found, lookUp, type LookedUp } from '../cache/lookup.ts';
import { knownTokens, type Manifest, manifestKey, rememberedDurations } from '../cache/manifest.ts';
import { readManifest } from '../cache/manifest-store.ts';
import type { Config } from '../config/config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Warning } from '../core/event.ts';
import type { Digest, TemplateName } from '../core/ids.ts';
import type { DecideFacts } from '../plan/plan.ts';
import type { Cloud } from './context.ts';
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
  { prefix, region, bucket, cache }: Config,
  { graph, templates }: Pick<DecideFacts, 'graph' | 'templates'>,
  selected: ReadonlySet<TemplateName>,
  { registry, store }: Pick<Cloud, 'registry' | 'store'>,
): Promise<Asked> {
  const digests = [...graph.withAncestors(selected)].flatMap((name) => templates.get(name)?.digest ?? []);
  const key = manifestKey(prefix, region);
  const [found, read] = await Promise.all([lookUp(registry, digests), readManifest(store, key)]);
  const { manifest, problem } = must(read);
  const object = `s3://${bucket}/${key}`;
  if (problem?.kind === 'newer') {
    throw new InvalidInput([
      {
        severity: 'error',
        code: 'manifest-newer',
        message: `${object}: ${problem.message}`,
        cure: 'use a newer amigraph',
      },
    ]);
  }
  const isListed = ({ image, record }: Found): boolean => manifest.images[record.digest]?.image === image.id;
  return {
    ...must(found),
    isListed,
    isTrusted: cache.trust === 'manifest' ? isListed : () => true,
    manifest,
    durations: rememberedDurations(manifest),
    tokens: knownTokens(manifest),
    warnings: problem === undefined ? [] : [{ code: 'manifest-broken', object, problem: problem.message }],
  };
}
