/** What a command answers, as plain data for `--json`. The shapes are part of the contract with other programs. */
import type { Change } from '../core/change.ts';
import type { Event } from '../core/event.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Action, Reason } from '../core/plan.ts';
import { warningText } from './warnings.ts';

export function actionView({ template, digest, action, reason, image }: Action): object {
  return { template, digest, action, reason: reasonView(reason), image };
}

export function reasonView(reason: Reason): object {
  return reason.kind === 'changed' ? { ...reason, changes: reason.changes.map(changeView) } : reason;
}

/** Null: there is none. */
export interface ChangeView {
  readonly kind: Change['kind'];
  readonly template: TemplateName;
  readonly part: Change['part'];
  readonly name: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly file: string | null;
  readonly line: number | null;
  /** Only of a base image that amigraph.lock pins. */
  readonly pinnedAt?: string;
}

export function changeView({ kind, template, part, name, from, to, place, pinnedAt }: Change): ChangeView {
  return {
    kind,
    template,
    part,
    name: name || null,
    from: from || null,
    to: to || null,
    file: place?.file ?? null,
    line: place?.line ?? null,
    ...(pinnedAt === undefined ? {} : { pinnedAt }),
  };
}

/** An event as one JSON object; `time` is ISO 8601. */
export function eventView(event: Event, time: string): object {
  const { type, ...rest } = event;
  if (event.type === 'plan') return { type, time, actions: event.actions.map(actionView) };
  return event.type === 'warning'
    ? { type, time, message: warningText(event), ...rest }
    : { type, time, ...rest };
}
