/** The words of `logs`: which build it is, which steps it has logs of, and what is wrong with what was asked for. It does not know the logs. */
import { type Holder, holderName } from '../cache/lease-body.ts';
import type { StepLog } from '../cache/step-logs.ts';
import { type Diagnostic, errorOf } from '../core/diagnostic.ts';
import { shortDigest } from '../core/digest.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import { shellWord } from '../core/shell-word.ts';
import { meantTemplate } from '../graph/names.ts';
import type { Fate, KnownBuild } from '../plan/meant-build.ts';
import { inOneLine } from './tables.ts';
import { date, stepStatus } from './wording.ts';

/** One line; of a build that nothing but its logs may be left of, only its id is known. */
export function buildLine(build: KnownBuild | string): string {
  if (typeof build === 'string') return `build ${build}: ${fateText(undefined)}\n`;
  const { buildId, template, digest, fate } = build;
  return (
    inOneLine(`build ${buildId} of ${template ?? 'an image'} (${shortDigest(digest)}): ${fateText(fate)}`) +
    '\n'
  );
}

/** Undefined: neither its lease nor an image tells of it. */
export function fateText(fate: Fate | undefined): string {
  switch (fate?.kind) {
    case 'going-on': {
      const at = fate.step === null ? 'with nothing begun yet' : `now at ${fate.step}`;
      return `${holderName(fate.holder)} has been at it since ${date(fate.since)}, ${at}`;
    }
    case 'failed':
      return `it failed at step ${fate.step}: ${stepStatus(fate.status, fate.exitCode)}`;
    case 'left':
      return 'it was left while its image was being made; the next run goes on with it';
    case 'built':
      return `it made ${fate.image}${fate.state === 'available' ? '' : `, which is ${fate.state}`}`;
    case undefined:
      return 'it ended without an image, or its image is gone';
  }
}

/** Above each log where there are several. */
export const logHeading = ({ index, step }: StepLog, isFirst: boolean): string =>
  `${isFirst ? '' : '\n'}==> ${nameOf(step, index)} <==\n`;

const nameOf = (step: string, index: number): string => (step === '' ? String(index) : `${index} ${step}`);

/** What `--follow` says while it waits. */
export const runningText = (step: string, seenAt: string): string =>
  inOneLine(`${step} is running (seen at ${date(seenAt)}); what it prints is shown when it has ended`) + '\n';

export const goneText = (holder: Holder): string =>
  inOneLine(`${holderName(holder)} is not heard of any more; the next run goes on with this build`) + '\n';

export const severalTimes = ({ index, step, commands }: StepLog): string =>
  `step ${nameOf(step, index)} was begun ${commands.length} times: this is the last\n`;

export const nothingYet = 'no step of it has ended yet: what a step prints is there when it has ended\n';

/** `place`: where they would be. */
export const noLogs = (place: string): Diagnostic =>
  errorOf('no-logs', {
    message: `there are no logs of it in ${place}`,
    cure: 'they may have been removed since; if no build has any, allow s3:PutObject there to the role of the instances',
  });

export function unmeantStep(word: string, meant: readonly StepLog[], all: readonly StepLog[]): Diagnostic {
  if (meant.length > 0)
    return errorOf('ambiguous-step', {
      message: `${word} names ${meant.length} steps`,
      cure: `take one by its number: ${stepsText(meant)}`,
    });
  return errorOf('unknown-step', {
    message: `there is no log of a step ${word}`,
    cure: all.length === 0 ? 'no step of it has ended yet' : `there are: ${stepsText(all)}`,
  });
}

const stepsText = (logs: readonly StepLog[]): string =>
  logs.map(({ step, index }) => nameOf(step, index)).join(', ');

export const noBuild = (word: string, region: string): Diagnostic =>
  errorOf('no-build', {
    message: `no build of ${word} is known in ${region}`,
    cure: `make one: amigraph build ${shellWord(word)}; of one that was interrupted, the id that it told finds the logs`,
  });

export const unknownBuild = (buildId: string, region: string): Diagnostic =>
  errorOf('unknown-build', {
    message: `there is no build ${buildId} in ${region}, and no log of one`,
    cure: 'look at the id, and at the Region: --region',
  });

/** `lacking`: why not all templates are known. */
export const unknownBuilds = (
  word: string,
  names: readonly TemplateName[],
  lacking: string | undefined,
): Diagnostic =>
  errorOf('unknown-template', {
    message: `${word} is no template, and not the id of a build${lacking === undefined ? '' : `; not all templates are known: ${lacking}`}`,
    cure: meantTemplate(templateName(word), new Set(names)),
  });
