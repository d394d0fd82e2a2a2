/** What leases and images tell of builds: which there were, and what became of each. Pure; it looks nothing up. */
import type { Holder, LeaseBody } from '../cache/lease-body.ts';
import { stepUnderWay } from '../cache/journal.ts';
import type { Found } from '../cache/lookup.ts';
import type { Digest, ImageId } from '../core/ids.ts';
import type { ImageState } from '../core/image.ts';
import { byCodeUnits } from '../core/order.ts';

export type Fate =
  /** `step`: null where nothing was begun yet. */
  | {
      readonly kind: 'going-on';
      readonly holder: Holder;
      readonly since: string;
      readonly step: string | null;
      readonly token: number;
      /** Another one whenever its lease is written. */
      readonly nonce: string;
      readonly ttlMs: number;
    }
  | { readonly kind: 'failed'; readonly step: string; readonly exitCode: number; readonly status: string }
  /** Nobody works at it, and its image may still come to be. */
  | { readonly kind: 'left' }
  | { readonly kind: 'built'; readonly image: ImageId; readonly state: ImageState };

export interface KnownBuild {
  readonly buildId: string;
  /** Null: that is not known any more. */
  readonly template: string | null;
  readonly digest: Digest;
  readonly fate: Fate;
}

/** The build that is going on, or how the last one ended where its image did not come of it. */
export function buildOfLease(
  digest: Digest,
  { state, holder, since, token, nonce, ttlMs, journal, broken }: LeaseBody,
): KnownBuild | undefined {
  if (state === 'held') {
    if (journal === null) return undefined;
    const step = stepUnderWay(journal);
    const fate: Fate = { kind: 'going-on', holder, since, step, token, nonce, ttlMs };
    return { buildId: journal.buildId, template: journal.template, digest, fate };
  }
  if (broken !== null) {
    const { buildId, template = null, step, exitCode, status } = broken;
    return { buildId, template, digest, fate: { kind: 'failed', step, exitCode, status } };
  }
  if (journal === null) return undefined;
  return { buildId: journal.buildId, template: journal.template, digest, fate: { kind: 'left' } };
}

export const buildOfImage = ({ image, record }: Found): KnownBuild => ({
  buildId: record.buildId,
  template: record.template,
  digest: record.digest,
  fate: { kind: 'built', image: image.id, state: image.state },
});

/** One that is going on before any other, and of several the newest: a build's id begins with its time. */
export function newestBuild(builds: readonly KnownBuild[]): KnownBuild | undefined {
  const goesOn = ({ fate }: KnownBuild): number => (fate.kind === 'going-on' ? 1 : 0);
  return builds.toSorted((a, b) => goesOn(b) - goesOn(a) || byCodeUnits(b.buildId, a.buildId))[0];
}

/** `20261123-0412-a1b2c3d4-9f8e7d`; what is captured is how its digest begins. */
export const buildIdForm = /^\d{8}-\d{4}-([0-9a-f]{8})-[0-9a-f]{6}$/;
