/** The words for actions, reasons and failures. It does not know where they are shown. */
import type { Trouble } from '../core/event.ts';
import { shortDigest } from '../core/digest.ts';
import { type ImageState, isUseless } from '../core/image.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Action, ActionKind, LaunchPlace, Reason } from '../core/plan.ts';
import { changeText } from './changes.ts';
import { cloudCure, cloudText } from './cloud-trouble.ts';
import { duration } from './duration.ts';

export const actionWord: Record<ActionKind, string> = { build: 'build', reuse: 'reuse', wait: 'wait' };

/** One line. */
export function reasonText({ template, reason }: Pick<Action, 'template' | 'reason'>): string {
  switch (reason.kind) {
    case 'hit':
      return `${reason.image} is available and has this digest (made ${date(reason.createdAt)}${reason.buildId === '' ? '' : ` by build ${reason.buildId}`})`;
    case 'no-image':
      return 'no image has this digest';
    case 'changed':
      return changesText(reason, template);
    case 'image-gone':
      return `${reason.image}, which had this digest, is gone or has lost its tags (made ${date(reason.builtAt)})`;
    case 'image-unusable':
      return `${reason.image} has this digest, but ${stateText(reason)}`;
    case 'other-parent':
      return `${reason.image} has this digest, but stands on ${reason.found || 'nothing'}, not ${reason.expected}`;
    case 'image-unlisted':
      return `${reason.image} has this digest, but the manifest does not have it, and cache.trust is "manifest"`;
    case 'rebuild':
      return `asked for: instead of ${reason.image}, which has this digest`;
    case 'image-pending':
      return `${reason.image} has this digest and is being made`;
    case 'same-digest':
      return `${reason.template} has the same digest: one image serves both`;
  }
}

/** What its state means for whoever wants to use it. */
export function stateText({ state, why }: { readonly state: ImageState; readonly why?: string }): string {
  const because = why === undefined ? '' : `: ${why}`;
  switch (state) {
    case 'failed':
      return `could not be made${because}`;
    case 'error':
      return `is in error${because}`;
    case 'invalid':
      return `is invalid${because}`;
    case 'disabled':
      return 'is disabled';
    case 'deregistered':
      return 'is deregistered';
    case 'available':
    case 'pending':
    case 'transient':
      return `is ${state}`;
    case 'unseen':
      return `is in no state that is known here${because}`;
  }
}

/** The first change stands for them all: it is the one nearest to the base image. */
function changesText(
  { image, changes }: Extract<Reason, { kind: 'changed' }>,
  template: TemplateName,
): string {
  const [first, ...others] = changes;
  if (first === undefined) return `${image} has another digest`;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `${changeText(first, template)}${more}`;
}

/** `2026-11-23 04:12 UTC`; as it is where it is no date. */
export function date(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** One line. What a step printed is shown apart. */
export function troubleText(trouble: Trouble): string {
  switch (trouble.code) {
    case 'cloud':
      return cloudText(trouble);
    case 'step-failed':
      return `step ${trouble.step} failed: ${stepStatus(trouble.status, trouble.exitCode)}${printedText(trouble)}`;
    case 'timed-out':
      return `waited ${duration(trouble.afterMs)} in vain for ${trouble.what}`;
    case 'instance-ended':
      return `instance ${trouble.instance} is ${trouble.state}${because(trouble.why)}`;
    case 'no-capacity':
      return noCapacity(trouble);
    case 'image-ended':
      return `image ${trouble.image} is ${trouble.state}${because(trouble.why)}`;
    case 'parent-gone':
      return `the parent's image with digest ${shortDigest(trouble.parent)} is gone since the plan was made; run again to build it`;
    case 'lease-unreadable':
      return `the object ${trouble.key} in the bucket is no lease that this amigraph can use; use a newer one if that wrote it, and remove the object only if nothing needs it`;
    case 'inputs-changed':
      return `${trouble.files.join(', ')} changed while the image was being built; run again to build what is there now`;
    case 'lease-lost':
      return trouble.holder === null
        ? 'the lease was removed from the bucket, or overwritten with what is no lease; nothing was touched after that; run again'
        : `the lease was lost to ${trouble.holder}; nothing was touched after that`;
    case 'lease-unsure':
      return `the lease could not be kept (${troubleText(trouble.cause)}); nothing was touched after that, and the next run goes on from here`;
    case 'lease-held':
      return `${trouble.holder} has been building it since ${date(trouble.since)}`;
    case 'failed-elsewhere':
      return `${trouble.holder}, who was waited for, failed at step ${trouble.step}: ${stepStatus(trouble.status, trouble.exitCode)}; amigraph logs ${trouble.buildId} shows it all; run again to try it once more`;
    case 'interrupted':
      return 'interrupted';
    case 'ancestor-failed':
      return `${trouble.template} failed`;
    case 'bailed':
      return `ended, since ${trouble.template} failed and --bail was given`;
    case 'not-started':
      return 'not started: the run was ended before';
    case 'read-only':
      return 'not built: with --cache=r the cache is only read';
  }
}

function noCapacity({ refused, afterMs }: Extract<Trouble, { code: 'no-capacity' }>): string {
  const [first] = refused;
  const all = refused.map((one) => `${placeText(one)} (${one.awsCode})`).join(', ');
  return `no room for an instance after ${duration(afterMs)}: ${all}: ${first?.message ?? ''}`;
}

/** `c6a.4xlarge (Spot) in subnet-0123`. */
export const placeText = ({ instanceType, spot, subnet }: LaunchPlace): string =>
  `${instanceType}${spot ? ' (Spot)' : ''}${subnet === null ? '' : ` in ${subnet}`}`;

/** What to do about it, where that does not follow from the words. */
export function troubleCure(trouble: Trouble): string | undefined {
  switch (trouble.code) {
    case 'cloud':
      return cloudCure(trouble);
    case 'lease-unsure':
      return cloudCure(trouble.cause);
    case 'no-capacity':
      return moreRoom;
    case 'image-ended':
      return isUseless(trouble.state)
        ? 'amigraph leases sweep removes such images; run again to build it anew'
        : undefined;
    default:
      return undefined;
  }
}

export const moreRoom =
  'more instance types (build.instance_type, builder.instanceType) or subnets (builder.subnet) make room likelier';

/** Some words: what follows on a line of its own tells the rest. */
export function troubleBrief(trouble: Trouble): string {
  switch (trouble.code) {
    case 'step-failed':
      return `step ${trouble.step}: ${stepStatus(trouble.status, trouble.exitCode)}`;
    case 'cloud':
      return `${trouble.operation}: ${trouble.awsCode}`;
    default:
      return troubleText(trouble);
  }
}

/** Where all of it is: in a file here, and in the bucket for everybody. */
function printedText({
  tail,
  log,
  stored,
  buildId,
  index,
}: Extract<Trouble, { code: 'step-failed' }>): string {
  const places = [
    ...(log === null ? [] : [log]),
    ...(stored === null ? [] : [`amigraph logs ${buildId} --step ${index}`]),
  ];
  if (places.length === 0) return '';
  return tail.length === 0
    ? '; nothing that it printed is known'
    : `; all that it printed: ${places.join(', or ')}`;
}

export const because = (why: string): string => (why === '' ? '' : `: ${why}`);

export function stepStatus(status: string, exitCode: number): string {
  if (status === 'TimedOut') return 'it did not end in time';
  if (status === 'DeliveryTimedOut' || status === 'Undeliverable')
    return `it was not begun: the instance's agent did not take it (${status})`;
  return status === 'Failed' ? `exit code ${exitCode}` : status;
}
