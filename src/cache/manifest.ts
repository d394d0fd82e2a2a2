/** The manifest: an index and a memory, kept beside the tags, which are the truth. It does not know leases. */
import * as v from 'valibot';
import type { CloudFailure } from '../core/failure.ts';
import type { Digest, TemplateName } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { schemaIssues } from '../core/schema-issues.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore, StoredObject } from '../ports/object-store.ts';
import type { Random } from '../ports/random.ts';

const maxBytes = 64 * 1024 * 1024;

/** A later amigraph may know more of an image: what this one does not know is kept. */
const entrySchema = v.looseObject({
  template: v.pipe(v.string(), v.maxLength(1024)),
  image: v.pipe(v.string(), v.regex(/^ami-[0-9a-f]{8,17}$/, 'must be the id of an image')),
  buildId: v.pipe(v.string(), v.maxLength(128)),
  /** Of the lease under which it was published: a lower one is refused. */
  token: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  builtAt: v.pipe(v.string(), v.maxLength(64)),
  durationMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
  /** Who held the lease: `ada@laptop`. */
  builtBy: v.optional(v.pipe(v.string(), v.maxLength(512))),
});
const manifestSchema = v.looseObject({
  version: v.literal(1),
  images: v.record(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is no digest')), entrySchema),
});

export type ManifestEntry = v.InferOutput<typeof entrySchema>;
export type Manifest = v.InferOutput<typeof manifestSchema>;

const empty: Manifest = { version: 1, images: {} };

export function manifestKey(prefix: string, region: string): string {
  return `${prefix}manifest/${region}.json`;
}

/** `newer`: a later amigraph wrote it, so it is right and must stay. `broken`: nothing in it can be trusted. */
export interface ManifestProblem {
  readonly kind: 'newer' | 'broken';
  readonly message: string;
}

const broken = (message: string): { ok: false; error: ManifestProblem } => fail({ kind: 'broken', message });

/** The manifest, or why the text is none. */
export function parseManifest(text: string): Result<Manifest, ManifestProblem> {
  if (text.length > maxBytes) return broken(`it is larger than ${maxBytes / 1024 / 1024} MiB`);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return broken('it is not JSON');
  }
  const version: unknown = typeof data === 'object' && data !== null && 'version' in data ? data.version : 1;
  if (typeof version === 'number' && version > 1) {
    return fail({ kind: 'newer', message: `it has version ${version}, and this program knows 1` });
  }
  const checked = v.safeParse(manifestSchema, data);
  if (checked.success) return ok(checked.output);
  return broken(schemaIssues(manifestSchema, checked.issues, 'it')[0]?.message ?? 'it is no manifest');
}

/** What reading gives: a manifest to learn from, perhaps empty, and why it is empty where it should not be. */
export interface ReadManifest {
  readonly manifest: Manifest;
  readonly problem: ManifestProblem | undefined;
}

export async function readManifest(
  store: ObjectStore,
  key: string,
): Promise<Result<ReadManifest, CloudFailure>> {
  const stored = await store.get(key);
  if (!stored.ok) return stored;
  if (stored.value === undefined) return ok({ manifest: empty, problem: undefined });
  const parsed = parseManifest(stored.value.text);
  return ok(
    parsed.ok ? { manifest: parsed.value, problem: undefined } : { manifest: empty, problem: parsed.error },
  );
}

/** How long each template's newest build took. */
export function rememberedDurations(manifest: Manifest): Map<TemplateName, number> {
  const newest = new Map<string, ManifestEntry>();
  for (const entry of Object.values(manifest.images)) {
    const other = newest.get(entry.template);
    if (other === undefined || other.builtAt < entry.builtAt) newest.set(entry.template, entry);
  }
  return new Map([...newest].map(([template, entry]) => [template as TemplateName, entry.durationMs]));
}

/** The highest token under which each digest was published. */
export function knownTokens(manifest: Manifest): Map<Digest, number> {
  return new Map(Object.entries(manifest.images).map(([digest, { token }]) => [digest as Digest, token]));
}

export type PublishFailure =
  | CloudFailure
  /** Somebody with a newer lease has published this digest. */
  | { readonly code: 'fenced'; readonly token: number };

export interface ManifestAccess {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly key: string;
}

const attempts = 30;

/** Enters one image by compare-and-swap; a manifest that cannot be read is set aside under another key first. */
export async function publish(
  access: ManifestAccess,
  digest: Digest,
  entry: ManifestEntry,
): Promise<Result<void, PublishFailure>> {
  const { store, clock, random, key } = access;
  let last: CloudFailure | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const stored = await store.get(key);
    if (stored.ok) {
      const current = await usable(access, stored.value);
      if (!current.ok) return current;
      const known = current.value.images[digest];
      if (known !== undefined && known.token > entry.token)
        return fail({ code: 'fenced', token: known.token });
      // After a lost answer the entry may stand there already.
      if (known?.image === entry.image && known.token === entry.token) return ok(undefined);
      const next = { ...current.value, images: { ...current.value.images, [digest]: entry } };
      const condition =
        stored.value === undefined ? ({ absent: true } as const) : { etag: stored.value.etag };
      const outcome = await store.put(key, `${JSON.stringify(next)}\n`, condition);
      if (outcome.kind === 'stored') return ok(undefined);
      if (outcome.kind === 'refused') return fail(outcome.failure);
      if (outcome.kind === 'unknown') last = outcome.failure;
    } else if (stored.error.nature !== 'refused') last = stored.error;
    else return stored;
    await clock.sleep(random.fraction() * Math.min(2000, 20 * 2 ** attempt));
  }
  return fail(last ?? notWritten(key, `it was changed by others ${attempts} times in a row`));
}

const notWritten = (key: string, why: string): CloudFailure => ({
  code: 'cloud',
  awsCode: 'ManifestNotWritten',
  operation: 's3:PutObject',
  message: `${key}: ${why}`,
  nature: 'refused',
});

/** The manifest that was read, or an empty one once what was read is safe under another key. */
async function usable(
  access: ManifestAccess,
  stored: StoredObject | undefined,
): Promise<Result<Manifest, CloudFailure>> {
  if (stored === undefined) return ok(empty);
  const parsed = parseManifest(stored.text);
  if (parsed.ok) return parsed;
  if (parsed.error.kind === 'newer') return fail(notWritten(access.key, parsed.error.message));
  const aside = `${access.key}.unreadable-${stored.etag.replaceAll(/[^0-9A-Za-z-]/g, '')}`;
  const kept = await access.store.put(aside, stored.text, { absent: true });
  if (kept.kind === 'stored' || kept.kind === 'precondition-failed') return ok(empty);
  const why = kept.kind === 'unknown' || kept.kind === 'refused' ? kept.failure.message : kept.kind;
  return fail(notWritten(access.key, `it is unreadable and could not be set aside as ${aside}: ${why}`));
}
