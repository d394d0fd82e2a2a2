/** Where templates that cannot be used contradict what they inherit, as far as both can be read. It does not know why they cannot. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { MergedTemplate, Template } from '../core/template.ts';
import type { BuildDefaults } from '../template/conflicts.ts';
import { mergeTemplate } from '../template/merge.ts';

export interface HiddenOptions extends BuildDefaults {
  /** Longer chains, and those that lead round, are not looked at. */
  readonly maxDepth: number;
}

/** `merged`: those that can be used. */
export function hiddenConflicts(
  unusable: ReadonlyMap<TemplateName, Template>,
  merged: ReadonlyMap<TemplateName, MergedTemplate>,
  options: HiddenOptions,
): (readonly [TemplateName, readonly Diagnostic[]])[] {
  const found: (readonly [TemplateName, readonly Diagnostic[]])[] = [];
  const known = new Map<TemplateName, MergedTemplate | undefined>(merged);
  const mergedOf = (name: TemplateName, depth: number): MergedTemplate | undefined => {
    const template = unusable.get(name);
    if (template === undefined || known.has(name) || depth > options.maxDepth) return known.get(name);
    const parent = template.extends && mergedOf(template.extends.value, depth + 1);
    // Of what an unknown parent holds nothing can be said.
    if (template.extends !== undefined && parent === undefined) return undefined;
    const result = mergeTemplate(template, parent, options);
    if (!result.ok) found.push([name, result.error]);
    known.set(name, result.ok ? result.value : undefined);
    return known.get(name);
  };
  for (const name of unusable.keys()) mergedOf(name, 0);
  return found;
}
