/** Where in its template a change is written. It does not know how it was found. */
import type { Place } from '../core/diagnostic.ts';
import type { Located, MergedTemplate } from '../core/template.ts';
import type { PartChange } from './changes.ts';

/** Undefined where it is written no more, or in no template: a default, the content of a script. */
export function placeOfChange(
  { part, kind, name, to }: PartChange,
  { template }: MergedTemplate,
): Place | undefined {
  if (kind === 'removed') return undefined;
  const among = <Value>(
    items: readonly Located<Value>[],
    fits: (value: Value) => boolean,
  ): Place | undefined => items.find(({ value }) => fits(value))?.place;
  switch (part) {
    case 'base image':
      return template.build.base?.place;
    case 'parent':
      return template.extends?.place;
    case 'depends on':
      return among(template.dependsOn, (value) => value === name);
    case 'architecture':
      return template.build.architecture?.place;
    case 'volume':
      return template.build.volumeGb?.place;
    case 'package':
      return among(template.packages, ({ spec }) => spec === to);
    case 'user':
      return among(template.users, (user) => user.name === name);
    case 'mount':
      return among(template.mounts, ({ mountPoint }) => mountPoint === name);
    case 'test':
      return among(template.tests, (value) => value === name);
    case 'script':
      return among(template.scripts, (value) => value === name);
    case 'secret':
      return template.build.secrets?.get(name)?.place;
    case 'input':
    case 'recipe':
      return undefined;
  }
}
