/** Which template may have been meant by a name that does not exist. It does not know where the name was written. */
import type { TemplateName } from '../core/ids.ts';
import { didYouMean, oneOf } from '../core/nearest.ts';
import { byCodeUnits } from '../core/order.ts';

const mostListed = 20;

/** The nearest names, or where none is near, what there is to choose from. */
export function meantTemplate(wanted: TemplateName, names: Iterable<TemplateName>): string {
  const all = [...names];
  const near = oneOf(sameFile(wanted, all).slice(0, 3)) ?? didYouMean(wanted, all);
  if (near !== undefined) return near;
  if (all.length === 0) return 'mend the name, or add the template';
  return listed(all);
}

/** Those of which `wanted` is the name without its folder, or a path of the file. */
function sameFile(wanted: string, names: readonly TemplateName[]): TemplateName[] {
  const bare = wanted.replace(/^\.\//, '').replace(/\.ya?ml$/, '');
  return names
    .filter((name) => name === bare || name.endsWith(`/${bare}`) || bare.endsWith(`/${name}`))
    .toSorted(byCodeUnits);
}

/** All of them, where they can be taken in at a glance. */
export function listed(names: readonly TemplateName[]): string {
  return names.length > mostListed
    ? 'amigraph graph shows all'
    : `there are: ${names.toSorted(byCodeUnits).join(', ')}`;
}

/** `a, b, c`, cut where there are too many to take in. */
export function severalNames(names: readonly TemplateName[]): string {
  const shown = names.toSorted(byCodeUnits).slice(0, mostListed).join(', ');
  return names.length > mostListed ? `${shown} and ${names.length - mostListed} more` : shown;
}
