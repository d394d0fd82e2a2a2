/** Which templates have another digest than at the base, and why. Pure: both ends are given. */
import type { Affected, AffectedReason } from '../core/affected.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import { byCodeUnits } from '../core/order.ts';
import type { Collection } from '../graph/collection.ts';
import { type CauseFacts, causesOf } from './causes.ts';
import { type Fingerprinted, namedParts } from './plan.ts';

export interface End {
  readonly collection: Pick<Collection, 'templates' | 'unusable' | 'diagnostics'>;
  readonly fingerprints: ReadonlyMap<TemplateName, Fingerprinted>;
}

/** Of the templates that the head has fingerprints of. */
export function affectedBetween(base: End, head: End, pinnedAt: CauseFacts['pinnedAt']): Affected {
  const earlier = namedParts(base.collection.templates, base.fingerprints);
  const deleted = namesOf(base).filter((name) => !isAt(head, name));
  const renamed = new Map(
    deleted.flatMap((name) => {
      const known = base.fingerprints.get(name);
      return known === undefined ? [] : [[known.fingerprint.digest, name] as const];
    }),
  );
  const facts: CauseFacts = {
    earlier,
    pinnedAt,
    now: head.fingerprints,
    templates: head.collection.templates,
  };
  const templates = [...head.collection.templates].flatMap(([template, merged]) => {
    const now = head.fingerprints.get(template);
    if (now === undefined) return [];
    const { digest } = now.fingerprint;
    const was = base.fingerprints.get(template)?.fingerprint.digest;
    if (was === digest) return [];
    const { file } = merged.template;
    const reasons =
      was === undefined
        ? [notThere(base, template, file, renamed.get(digest))]
        : causesOf(template, was, facts).map((change) => ({ kind: 'changed', change }) as const);
    return [{ template, file, reasons }];
  });
  return { templates, deleted };
}

function notThere(
  { collection }: End,
  template: TemplateName,
  file: string,
  renamed: TemplateName | undefined,
): AffectedReason {
  if (collection.unusable.has(template))
    return { kind: 'broken-before', why: firstError(collection.diagnostics, file) };
  return renamed === undefined ? { kind: 'new' } : { kind: 'renamed', from: renamed };
}

const firstError = (diagnostics: readonly Diagnostic[], file: string): string | undefined =>
  diagnostics.find(({ severity, place }) => severity === 'error' && place?.file === file)?.message;

const isAt = ({ collection }: End, name: TemplateName): boolean =>
  collection.templates.has(name) || collection.unusable.has(name);

const namesOf = ({ collection }: End): TemplateName[] =>
  [...collection.templates.keys(), ...collection.unusable.keys()].toSorted(byCodeUnits);
