/** The manifest in the bucket: read, and changed by compare-and-swap. It does not know leases. */
import type { CloudFailure } from '../core/failure.ts';
import type { Digest } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore, StoredObject } from '../ports/object-store.ts';
import type { Random } from '../ports/random.ts';
import {
  emptyManifest,
  type Manifest,
  type ManifestEntry,
  type ManifestProblem,
  manifestText,
  isTooLarge,
  mostMegabytes,
  parseManifest,
} from './manifest.ts';

/** What reading gives: a manifest to learn from, perhaps empty, and why it is empty where it should not be. */
export interface ReadManifest {
  readonly manifest: Manifest;
  readonly problem: ManifestProblem | undefined;
  /** False: there is no object. */
  readonly isThere: boolean;
}

export async function readManifest(
  store: ObjectStore,
  key: string,
): Promise<Result<ReadManifest, CloudFailure>> {
  const stored = await store.get(key);
  if (!stored.ok) return stored;
  if (stored.value === undefined) return ok({ manifest: emptyManifest, problem: undefined, isThere: false });
  const parsed = parseManifest(stored.value.text);
  return ok(
    parsed.ok
      ? { manifest: parsed.value, problem: undefined, isThere: true }
      : { manifest: emptyManifest, problem: parsed.error, isThere: true },
  );
}

export interface ManifestAccess {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly key: string;
}

export type PublishFailure =
  | CloudFailure
  /** Somebody with a newer lease has published this digest. */
  | { readonly code: 'fenced'; readonly token: number };

/** What a run knows of the manifest from reading and writing it: what is lost meanwhile is not lost with it. */
export class SeenManifest {
  #images: Manifest['images'];
  #entered: Manifest['images'] = {};

  constructor(images: Manifest['images']) {
    this.#images = images;
  }

  /** By digest. */
  get images(): Manifest['images'] {
    return this.#images;
  }

  /** It has just been read as a whole: what others took out is gone. Several may be entered at once, and read in another order. */
  read(images: Manifest['images']): void {
    this.#images = { ...images, ...this.#entered };
  }

  enter(digest: Digest, entry: ManifestEntry): void {
    this.#entered = { ...this.#entered, [digest]: entry };
  }
}

export interface Published extends ChangedManifest {
  /** Whether it was lost since it was seen, and has again what was seen. */
  readonly restored: boolean;
}

/** Enters one image. */
export async function publish(
  access: ManifestAccess,
  digest: Digest,
  entry: ManifestEntry,
  seen: SeenManifest,
): Promise<Result<Published, PublishFailure>> {
  let restored = false;
  let now = seen.images;
  const changed = await changeManifest(
    access,
    (current, isThere): Result<Manifest | undefined, PublishFailure> => {
      const isLost = !isThere && Object.keys(seen.images).length > 0;
      const images = isLost ? seen.images : current.images;
      const known = images[digest];
      if (known !== undefined && known.token > entry.token)
        return fail({ code: 'fenced', token: known.token });
      now = { ...images, [digest]: entry };
      // After a lost answer the entry may stand there already, and all else that was written with it.
      if (isThere && known?.image === entry.image && known.token === entry.token) return ok(undefined);
      restored = isLost;
      return ok({ ...current, images: now });
    },
  );
  if (!changed.ok) return changed;
  seen.enter(digest, entry);
  seen.read(now);
  return ok({ ...changed.value, restored });
}

/** With a hundred others at the same time, each needs about a sixth of it. */
const mostContested = 60;
/** Of requests, counting those with which the store has tried a read. */
const mostUnanswered = 20;
const longestPauseMs = 2000;

type Changed<Refusal> = Result<Manifest | undefined, Refusal>;
/** `isThere`: false where there is none that can be read, and `current` is empty. */
export type Change<Refusal> = (
  current: Manifest,
  isThere: boolean,
) => Changed<Refusal> | Promise<Changed<Refusal>>;

export interface ChangedManifest {
  /** Where what was there before was put, since it could not be read. */
  readonly setAside: string | undefined;
}

/**
 * Writes what `change` makes of the manifest that is there; undefined: it is right as it is. One that cannot be read is set
 * aside under another key first. Others may write at the same time: then `change` is called again.
 */
export async function changeManifest<Refusal>(
  access: ManifestAccess,
  change: Change<Refusal>,
): Promise<Result<ChangedManifest, CloudFailure | Refusal>> {
  const { clock, random, key } = access;
  let contested = 0;
  let unanswered = 0;
  let setAside: string | undefined;
  for (;;) {
    const attempt = await attemptChange(access, change, (kept) => (setAside = kept));
    if (attempt.kind === 'done') return ok({ setAside });
    if (attempt.kind === 'refused') return fail(attempt.failure);
    if (attempt.kind === 'contested') contested += 1;
    else unanswered += attempt.failure.tried?.times ?? 1;
    if (attempt.kind === 'unanswered' && unanswered >= mostUnanswered) return fail(attempt.failure);
    if (contested === mostContested)
      return fail(notWritten(key, `it was changed by others ${mostContested} times in a row`));
    await clock.sleep(random.fraction() * Math.min(longestPauseMs, 20 * 2 ** (contested + unanswered)));
  }
}

type Attempt<Refusal> =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly failure: CloudFailure | Refusal }
  /** Somebody else has changed it meanwhile. */
  | { readonly kind: 'contested' }
  /** Nobody knows whether it was written. */
  | { readonly kind: 'unanswered'; readonly failure: CloudFailure };

async function attemptChange<Refusal>(
  access: ManifestAccess,
  change: Change<Refusal>,
  onSetAside: (key: string) => void,
): Promise<Attempt<Refusal>> {
  const { store, key } = access;
  const stored = await store.get(key);
  if (!stored.ok) return failedAttempt(stored.error);
  const current = await usable(access, stored.value);
  if (!current.ok) return failedAttempt(current.error);
  if (current.value === undefined) return { kind: 'contested' };
  if (current.value.setAside !== undefined) onSetAside(current.value.setAside);
  const next = await change(current.value.manifest, current.value.isThere);
  if (!next.ok) return { kind: 'refused', failure: next.error };
  if (next.value === undefined) return { kind: 'done' };
  const text = manifestText(next.value);
  if (isTooLarge(text)) return { kind: 'refused', failure: notWritten(key, tooLarge) };
  const condition = stored.value === undefined ? ({ absent: true } as const) : { etag: stored.value.etag };
  const outcome = await store.put(key, text, condition);
  switch (outcome.kind) {
    case 'stored':
      return { kind: 'done' };
    case 'precondition-failed':
    case 'missing':
    case 'conflict':
      return { kind: 'contested' };
    case 'unknown':
    case 'refused':
      return failedAttempt(outcome.failure);
  }
}

const failedAttempt = (failure: CloudFailure): Attempt<never> => ({
  kind: failure.nature === 'refused' ? 'refused' : 'unanswered',
  failure,
});

const tooLarge = `it would be larger than ${mostMegabytes} MiB; amigraph manifest repair takes out the images that are gone`;

const notWritten = (key: string, why: string): CloudFailure => ({
  code: 'cloud',
  awsCode: 'ManifestNotWritten',
  operation: 's3:PutObject',
  message: `${key}: ${why}`,
  nature: 'refused',
});

interface Usable extends ChangedManifest {
  readonly manifest: Manifest;
  readonly isThere: boolean;
}

/** The manifest that was read, or an empty one once what was read is safe under another key; undefined: it has changed since. */
async function usable(
  { store, key }: ManifestAccess,
  stored: StoredObject | undefined,
): Promise<Result<Usable | undefined, CloudFailure>> {
  const none = { manifest: emptyManifest, isThere: false };
  if (stored === undefined) return ok({ ...none, setAside: undefined });
  const parsed = parseManifest(stored.text);
  if (parsed.ok) return ok({ manifest: parsed.value, isThere: true, setAside: undefined });
  if (parsed.error.kind === 'newer')
    return fail({ ...notWritten(key, parsed.error.message), awsCode: 'ManifestNewer' });
  const setAside = `${key}.unreadable-${stored.etag.replaceAll(/[^0-9A-Za-z-]/g, '')}`;
  const kept = await store.copy(key, stored.etag, setAside);
  if (kept.ok) return ok({ ...none, setAside });
  if (['PreconditionFailed', 'NoSuchKey'].includes(kept.error.awsCode)) return ok(undefined);
  const why = `it is unreadable and could not be set aside as ${setAside}: ${kept.error.message}`;
  return fail({ ...kept.error, message: `${key}: ${why}` });
}
