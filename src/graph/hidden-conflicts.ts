/** Where templates that cannot be used contradict what they inherit, as far as both can be read. It does not know why they cannot. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { MergedTemplate, Template } from '../core/template.ts';
import { type BuildDefaults, conflictsOf } from '../template/conflicts.ts';
import { joinTemplate } from '../template/merge.ts';

interface HiddenOptions extends BuildDefaults {
  /** Of longer chains, and of those that lead round, the rest is not looked at. */
  readonly maxDepth: number;
  /** Those some of whose packages could not be read. */
  readonly unsure: ReadonlySet<Template>;
}

interface Joined {
  readonly merged: MergedTemplate;
  /** Whether all packages are known that it and its ancestors have. */
  readonly isSure: boolean;
}

/** `usable` are merged. Settings of the build are not compared: one that cannot be read is not the default. */
export function hiddenConflicts(
  unusable: ReadonlyMap<TemplateName, Template>,
  usable: ReadonlyMap<TemplateName, MergedTemplate>,
  options: HiddenOptions,
): (readonly [TemplateName, readonly Diagnostic[]])[] {
  const found: (readonly [TemplateName, readonly Diagnostic[]])[] = [];
  const known = new Map<TemplateName, Joined | undefined>();
  const parentOf = ({ extends: link, parentFile }: Template, depth: number): Joined | undefined => {
    const parent = link && joined(link.value, depth + 1);
    return parent?.merged.template.file === parentFile ? parent : undefined;
  };
  const joined = (name: TemplateName, depth: number): Joined | undefined => {
    const merged = usable.get(name);
    if (merged !== undefined) return { merged, isSure: true };
    const template = unusable.get(name);
    if (template === undefined || known.has(name) || depth > options.maxDepth) return known.get(name);
    // Where the chain leads round, nothing is there.
    known.set(name, undefined);
    const parent = parentOf(template, depth);
    const one = joinTemplate(template, parent?.merged);
    const conflicts = conflictsOf(template, one.own, parent?.merged, options).filter(
      ({ code }) => code !== 'build-conflict' && (code !== 'version-conflict' || parent?.isSure === true),
    );
    if (conflicts.length > 0) found.push([name, conflicts]);
    const isRoot = template.extends === undefined;
    const isSure = !options.unsure.has(template) && (isRoot || parent?.isSure === true);
    known.set(name, { merged: one, isSure });
    return known.get(name);
  };
  for (const name of unusable.keys()) joined(name, 0);
  return found;
}
