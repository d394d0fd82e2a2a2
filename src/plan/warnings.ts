/** What is to be said of a plan besides its reasons. It decides nothing. */
import type { Found } from '../cache/lookup.ts';
import { isOurs } from '../cache/tags.ts';
import type { Warning } from '../core/event.ts';
import type { TemplateName } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import type { Plan } from '../core/plan.ts';
import type { Rejection } from './decide.ts';
import type { TemplateGraph } from '../graph/graph.ts';
import type { Decided, DecideFacts, Decisions } from './plan.ts';

/** All that a warning may rest on. */
export interface Doubts extends DecideFacts, Decisions {
  readonly plan: Plan;
  /** Images whose tags are not to be trusted. */
  readonly strange: readonly RegisteredImage[];
  /** Whether the manifest has the image. */
  readonly isListed: (image: Found) => boolean;
  /** Of the manifest. */
  readonly warnings: readonly Warning[];
}

export function warningsOf(region: string, doubts: Doubts): Warning[] {
  const { warnings, strange, decided, notNeeded } = doubts;
  return [
    ...warnings,
    ...strange.map((image): Warning => ({
      code: isOurs(image) ? 'image-tags' : 'image-not-ours',
      image: image.id,
    })),
    ...[...decided.values()].flatMap(({ rejected, action }) =>
      rejected.flatMap((one) => (isWorthWhile(one, action) ? warningOf(region, one) : [])),
    ),
    ...unlisted(region, doubts),
    ...(notNeeded.length === 0 ? [] : [{ code: 'not-needed' as const, templates: notNeeded }]),
  ];
}

/** Beside an image that will do, only what is of no use at all. */
function isWorthWhile(rejection: Rejection, action: Decided['action']): boolean {
  if (action === 'build') return true;
  return rejection.kind === 'image-unusable' && ['failed', 'error', 'invalid'].includes(rejection.state);
}

function warningOf(region: string, rejection: Rejection): Warning[] {
  switch (rejection.kind) {
    case 'image-unusable': {
      const { image, state, why } = rejection;
      return [{ code: 'image-unusable', region, image, state, ...(why === undefined ? {} : { why }) }];
    }
    case 'other-parent': {
      const { image, expected, found } = rejection;
      return [{ code: 'image-other-parent', image, expected, found }];
    }
    case 'image-unlisted':
      return [];
  }
}

/** One warning for many: where the manifest is gone, it is all of them. */
function unlisted(region: string, { plan, found, decided, isListed, warnings }: Doubts): Warning[] {
  // What is wrong with the manifest as a whole has been said.
  const reused = plan.actions.flatMap(({ action, digest, image }) =>
    action === 'reuse' && warnings.length === 0
      ? (found.get(digest) ?? []).filter((one) => one.image.id === image && !isListed(one))
      : [],
  );
  const refused = [...decided.values()].flatMap(({ rejected }) =>
    rejected.flatMap(({ kind, image }) => (kind === 'image-unlisted' ? [image] : [])),
  );
  return [
    { trusted: true, images: [...new Set(reused.map(({ image }) => image.id))] },
    { trusted: false, images: [...new Set(refused)] },
  ].flatMap((one): Warning[] =>
    one.images.length === 0 ? [] : [{ code: 'images-unlisted', region, ...one }],
  );
}

/** Of what was asked to be built anew: its digest is what it was, and so are those of its children. `graph`: of all templates. */
export function keptChildren(plan: Plan, graph: TemplateGraph): Warning[] {
  const built = new Set(plan.actions.flatMap((one) => (one.action === 'build' ? [one.template] : [])));
  return plan.actions.flatMap((action): Warning[] => {
    if (action.action === 'reuse' || action.replaces === null) return [];
    const { template } = action;
    const children: TemplateName[] = graph.children(template).filter((name) => !built.has(name));
    return children.length === 0 ? [] : [{ code: 'children-kept', template, children }];
  });
}
