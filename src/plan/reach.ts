/** What stands on what among templates that are known, without a graph of them all. It does not know why it is asked. */
import type { TemplateName } from '../core/ids.ts';
import type { Template } from '../core/template.ts';
import { type KnownTemplate, linksOf } from './known.ts';

type Known = ReadonlyMap<TemplateName, KnownTemplate>;

/** `names`, and all that stands on them. */
export function withDescendants(names: readonly TemplateName[], known: Known): Set<TemplateName> {
  const children = new Map<TemplateName, TemplateName[]>();
  for (const [name, one] of known)
    for (const above of linksOf(one)) {
      const others = children.get(above);
      if (others === undefined) children.set(above, [name]);
      else others.push(name);
    }
  const reached = new Set(names);
  for (const name of reached) for (const child of children.get(name) ?? []) reached.add(child);
  return reached;
}

/** `names`, and all that they stand on. `linked`: templates that are not known, each as often as it says something else. */
export function withAncestors(
  names: ReadonlySet<TemplateName>,
  known: Known,
  linked: readonly Template[],
): Set<TemplateName> {
  const above = new Map<TemplateName, TemplateName[]>();
  for (const { name, extends: parent, dependsOn } of linked) {
    const links = [...(parent === undefined ? [] : [parent.value]), ...dependsOn.map(({ value }) => value)];
    above.set(name, [...(above.get(name) ?? []), ...links]);
  }
  const reached = new Set(names);
  for (const name of reached) {
    const one = known.get(name);
    for (const link of [...(above.get(name) ?? []), ...(one === undefined ? [] : linksOf(one))])
      reached.add(link);
  }
  return reached;
}
