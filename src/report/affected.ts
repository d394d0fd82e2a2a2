/** What is affected, as lines for people and other programs and as data. It does not know how it was found. */
import type { Affected, AffectedReason, AffectedTemplate } from '../core/affected.ts';
import type { TemplateName } from '../core/ids.ts';
import { changeText } from './changes.ts';
import { printable } from './style.ts';
import { type ChangeView, changeView } from './views.ts';

/** A name a line; `explained`: with each reason on a line below it, and what was deleted at the end. */
export function affectedText({ templates, deleted }: Affected, explained: boolean): string {
  const names = templates.map((one) =>
    explained
      ? [one.template, ...one.reasons.map((reason) => `  ${reasonText(one, reason)}`)]
      : [one.template],
  );
  const gone = explained ? deleted.map((name) => [name, '  deleted: there is nothing to build']) : [];
  return [...names, ...gone]
    .flat()
    .map((line) => `${printable(line)}\n`)
    .join('');
}

function reasonText({ template, file }: AffectedTemplate, reason: AffectedReason): string {
  switch (reason.kind) {
    case 'new':
      return `new (${file})`;
    case 'renamed':
      return `was ${reason.from}, with the same digest: an image of it is reused (${file})`;
    case 'broken-before':
      return `could not be used at the base${reason.why === undefined ? '' : `: ${reason.why}`}`;
    case 'changed':
      return changeText(reason.change, template);
  }
}

/** `part`: `template` where it is about the whole of it. */
type ReasonView =
  | ChangeView
  | (Omit<ChangeView, 'kind' | 'part'> & {
      readonly kind: 'added' | 'renamed' | 'unknown';
      readonly part: 'template';
    });

export interface AffectedView {
  /** The commit that was compared with. */
  readonly base: string;
  /** A commit; null: the working tree. */
  readonly head: string | null;
  readonly affected: readonly { readonly template: TemplateName; readonly reasons: readonly ReasonView[] }[];
  readonly deleted: readonly TemplateName[];
}

export function affectedView(
  { templates, deleted }: Affected,
  ends: { readonly base: string; readonly head: string | undefined },
): AffectedView {
  return {
    base: ends.base,
    head: ends.head ?? null,
    affected: templates.map((one) => ({
      template: one.template,
      reasons: one.reasons.map((reason) => reasonView(one, reason)),
    })),
    deleted,
  };
}

function reasonView({ template, file }: AffectedTemplate, reason: AffectedReason): ReasonView {
  const whole = { template, part: 'template', name: null, from: null, to: null, file, line: null } as const;
  switch (reason.kind) {
    case 'new':
      return { kind: 'added', ...whole };
    case 'renamed':
      return { kind: 'renamed', ...whole, from: reason.from, to: template };
    case 'broken-before':
      return { kind: 'unknown', ...whole };
    case 'changed':
      return changeView(reason.change);
  }
}

/** To stderr, where nothing is printed to stdout. */
export const nothingAffected = 'nothing is affected\n';
