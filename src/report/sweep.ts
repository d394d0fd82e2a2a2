/** The answers of `leases sweep`. It does not know how the verdicts were come to. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Swept } from '../execute/sweep.ts';
import type { SweptImage } from '../execute/sweep-images.ts';
import type { SweptInstance, SweptLease } from '../execute/sweep-lease.ts';
import { cloudDiagnostic } from './cloud-trouble.ts';
import { counted } from './diagnostics.ts';
import { duration } from './duration.ts';
import { strangeObject } from './leases.ts';
import { inOneLine } from './tables.ts';
import { endInstance, removeImage, warningDiagnostic } from './warnings.ts';
import { stateText, troubleCure, troubleText } from './wording.ts';

export function sweepView({ instances, leases, images }: Swept): object {
  return {
    instances,
    leases,
    images: images.map(({ image, template, state, removed }) => ({ image, template, state, removed })),
  };
}

export const watchingText = (count: number, forMs: number): string =>
  `watching ${counted(count, 'lease')} for up to ${duration(forMs)}, to see whether ${count === 1 ? 'its holder is' : 'their holders are'} alive\n`;

/** A line for each, and what was done in all; `dryRun`: what would be. */
export function sweepText(swept: Swept, region: string, dryRun: boolean): string {
  const lines = [
    ...swept.leases.map((one) => leaseLine(one, dryRun)),
    ...swept.instances.map((one) => instanceLine(one, region, dryRun)),
    ...swept.images.map((one) => imageLine(one, dryRun)),
    summary(swept, region, dryRun),
  ];
  return lines.map((line) => `${inOneLine(line)}\n`).join('');
}

const of = (template: string | null): string => (template === null ? '' : ` of ${template}`);

function leaseLine({ key, template, verdict }: SweptLease, dryRun: boolean): string {
  const hash = key.slice(key.lastIndexOf('/') + 1).slice(0, 16);
  const words = {
    dead: `its holder is dead: ${dryRun ? 'would be released' : 'released'}`,
    alive: 'its holder is alive: left',
    unknown: 'whether its holder is alive is not known: left',
  };
  return `lease ${hash}${of(template)}: ${words[verdict]}`;
}

function instanceLine(
  { instance, template, buildId, verdict, ended }: SweptInstance,
  region: string,
  dryRun: boolean,
): string {
  const done = ended ? 'ended' : dryRun ? 'would be ended' : 'not ended';
  const words = {
    orphan: `no run has it: ${done}`,
    'in-use': 'in use: left',
    kept: `kept for a look; to end it: ${endInstance({ region, instance })}`,
    unknown: `whether a run has it is not known: left; if none has, to end it: ${endInstance({ region, instance })}`,
  };
  return `instance ${instance}${of(template)}${buildId === null ? '' : `, build ${buildId}`}: ${words[verdict]}`;
}

function imageLine({ image, template, state, removed }: SweptImage, dryRun: boolean): string {
  const done = removed ? 'removed' : dryRun ? 'would be removed' : 'not removed';
  return `image ${image}${of(template)} ${stateText({ state })}: ${done}`;
}

function summary({ leases, instances, images }: Swept, region: string, dryRun: boolean): string {
  const orphans = instances.filter(({ verdict }) => verdict === 'orphan');
  const dead = leases.filter(({ verdict }) => verdict === 'dead');
  const gone = orphans.filter(({ ended }) => dryRun || ended).length;
  const removed = images.filter((one) => dryRun || one.removed).length;
  const part = (verb: string, count: number, what: string): string[] =>
    count === 0 ? [] : [`${verb} ${counted(count, what)}`];
  const parts = [
    ...part(dryRun ? 'release' : 'released', dead.length, 'lease'),
    ...part(dryRun ? 'end' : 'ended', gone, 'instance'),
    ...part(dryRun ? 'remove' : 'removed', removed, 'image'),
    ...part('could not end', orphans.length - gone, 'instance'),
    ...part('could not remove', images.length - removed, 'image'),
  ];
  const isUnknown = [...leases, ...instances].some(({ verdict }) => verdict === 'unknown');
  if (parts.length === 0) return isUnknown ? 'nothing was done' : `nothing to sweep in ${region}`;
  return `${dryRun ? 'would ' : ''}${parts.join(', ')}`;
}

/** What should be gone and is not, and what could not be found out, each with what to do. */
export function sweepDiagnostics(
  { instances, images, strange, failures, causes }: Swept,
  { bucket, region }: { readonly bucket: string; readonly region: string },
  dryRun: boolean,
): Diagnostic[] {
  const left = dryRun ? [] : instances.filter(({ verdict, ended }) => verdict === 'orphan' && !ended);
  return [
    ...strange.map((key) => strangeObject(bucket, key)),
    ...left.map(({ instance }) =>
      warningDiagnostic({
        code: 'instance-not-ended',
        region,
        instance,
        cause: causes.get(instance) ?? null,
      }),
    ),
    ...images.flatMap(({ image, state, failure }) =>
      failure === undefined
        ? []
        : {
            severity: 'warning' as const,
            code: 'image-not-removed',
            message: `image ${image} ${stateText({ state })} and could not be removed: ${troubleText(failure)}`,
            cure: troubleCure(failure) ?? `remove it: ${removeImage({ region, image })}`,
          },
    ),
    ...failures.map(cloudDiagnostic),
  ];
}

export const elsewhereText = (count: number): string =>
  `${counted(count, 'instance')} of leases in other buckets ${count === 1 ? 'is' : 'are'} left alone\n`;
