/** Which template may have been meant by a name that does not exist. It does not know where the name was written. */
import type { TemplateName } from '../core/ids.ts';
import { nearest, oneOf } from '../core/nearest.ts';
import { byCodeUnits } from '../core/order.ts';

const mostListed = 20;

/** The nearest names, or where none is near, what there is to choose from. */
export function meantTemplate(wanted: TemplateName, names: Iterable<TemplateName>): string {
  const all = [...names];
  return cureOf(meantNames(wanted, all), all);
}

/** Those that may have been meant, nearest first. */
export function meantNames(wanted: TemplateName, names: readonly TemplateName[]): TemplateName[] {
  const same = sameFile(wanted, names);
  return same.length > 0 ? same.slice(0, mostMeant) : nearest(wanted, names);
}

/** `meant`, of `all`; `written`: how one is written where it is wanted. */
export function cureOf(
  meant: readonly TemplateName[],
  all: readonly TemplateName[],
  written: (name: TemplateName) => string = (name) => name,
): string {
  const near = oneOf(meant.map(written));
  if (near !== undefined) return near;
  return all.length === 0 ? 'mend the name, or add the template' : listed(all, written);
}

const mostMeant = 3;

/** Those of which `wanted` is the name without its folder, or a path of the file; where it is just the name, that one. */
function sameFile(wanted: string, names: readonly TemplateName[]): TemplateName[] {
  const bare = wanted.replace(/^\.\//, '').replace(/\.ya?ml$/, '');
  const exact = names.filter((name) => name === bare);
  if (exact.length > 0) return exact;
  const apart = (name: string): number => Math.abs(name.length - bare.length);
  return names
    .filter((name) => name.endsWith(`/${bare}`) || bare.endsWith(`/${name}`))
    .toSorted((a, b) => apart(a) - apart(b) || byCodeUnits(a, b));
}

/** All of them, where they can be taken in at a glance. */
export function listed(
  names: readonly TemplateName[],
  written: (name: TemplateName) => string = (name) => name,
): string {
  return names.length > mostListed
    ? 'amigraph graph shows all'
    : `there are: ${names.toSorted(byCodeUnits).map(written).join(', ')}`;
}

/** `a, b, c`, cut where there are too many to take in. */
export function severalNames(names: readonly string[]): string {
  const shown = names.toSorted(byCodeUnits).slice(0, mostListed).join(', ');
  return names.length > mostListed ? `${shown} and ${names.length - mostListed} more` : shown;
}
