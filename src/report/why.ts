/** The answer of `why`: what an image is made of, and why it is built or reused. It does not know how that was found out. */
import type { Fingerprint, Part } from '../core/fingerprint.ts';
import type { ImageId, TemplateName } from '../core/ids.ts';
import type { Action } from '../core/plan.ts';
import { changeText } from './changes.ts';
import { duration } from './duration.ts';
import { printableAll, type Style } from './style.ts';
import { reasonView } from './views.ts';
import { date, reasonText } from './wording.ts';

export interface MadeImage {
  readonly id: ImageId;
  readonly createdAt: string;
  readonly buildId: string;
  /** `ada@laptop`; undefined where the manifest does not know. */
  readonly builtBy: string | undefined;
  readonly durationMs: number | undefined;
}

export interface WhyAnswer {
  readonly action: Pick<Action, 'template' | 'digest' | 'action' | 'reason'>;
  /** The one that is reused, or else the newest one of the template; undefined: there is none. */
  readonly image: MadeImage | undefined;
  /** Other templates that are built for the same reasons; undefined: that cannot be said while others have errors. */
  readonly builtWith: readonly TemplateName[] | undefined;
  readonly parts: Fingerprint['parts'];
}

export function whyView({ action, image, builtWith, parts }: WhyAnswer): object {
  const { template, digest, action: kind, reason } = action;
  return {
    template,
    digest,
    action: kind,
    reason: reasonView(reason),
    image:
      image === undefined
        ? null
        : {
            image: image.id,
            createdAt: image.createdAt,
            buildId: image.buildId,
            builtBy: image.builtBy ?? null,
            durationMs: image.durationMs ?? null,
          },
    builtWith: builtWith ?? null,
    parts: parts.map(([part, value]) => ({ part, value })),
  };
}

export function whyText(answer: WhyAnswer, style: Style): string {
  const { action, image, builtWith, parts } = printableAll(answer);
  const lines = [
    headline(action, style),
    ...(image === undefined ? [] : [`  ${image.id} was made ${made(image)}`]),
    ...reasonLines(action),
    ...(builtWith === undefined || builtWith.length === 0
      ? []
      : [`That also builds ${builtWith.join(', ')}.`]),
    '',
    style.dim(`Its digest ${action.digest} is made of`),
    ...parts.map((part) => style.dim(`  ${partText(part)}`)),
  ];
  return `${lines.join('\n')}\n`;
}

function headline(action: WhyAnswer['action'], style: Style): string {
  const { template, reason } = action;
  switch (action.action) {
    case 'reuse':
      return style.good(`${template} is up to date.`);
    case 'wait':
      return style.warn(`${template} is waited for: ${reasonText(action)}.`);
    case 'build':
      return style.warn(
        `${template} would be built: ${reason.kind === 'changed' ? 'it has changed since its newest image' : reasonText(action)}.`,
      );
  }
}

const reasonLines = ({ template, reason }: WhyAnswer['action']): string[] =>
  reason.kind === 'changed' ? reason.changes.map((change) => `  ${changeText(change, template)}`) : [];

function made({ createdAt, buildId, builtBy, durationMs }: MadeImage): string {
  const by = builtBy === undefined ? '' : ` by ${builtBy}`;
  const took = durationMs === undefined ? '' : ` in ${duration(durationMs)}`;
  return `${date(createdAt)}${by}${took} (build ${buildId})`;
}

/** A step's script and an input are known by their digests: the first 16 digits will do. */
function partText([name, value]: Part): string {
  if (typeof value !== 'object') return `${name} ${value}${name === 'volume' ? ' GiB' : ''}`;
  if ('script' in value) {
    const args = value.arguments.map((one) => JSON.stringify(one)).join(' ');
    return `${name} ${value.name}: script ${value.script.slice(0, 16)}${args === '' ? '' : ` ${args}`}`;
  }
  if ('path' in value)
    return `${name} ${value.path} ${value.digest.slice(0, 16)}${value.executable ? ', executable' : ''}`;
  if ('parameter' in value) return `${name} ${value.name} from ${value.parameter}`;
  if ('bucket' in value)
    return `${name} ${value.bucket} at ${value.mountPoint}${value.readOnly ? ', read only' : ''}`;
  return `${name} ${value.name} (uid ${value.uid}, gid ${value.gid})`;
}
