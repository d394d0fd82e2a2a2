/** Scanned templates to a graph of merged ones, with all that keeps some of them out. It does not know digests. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { MergedTemplate, Template } from '../core/template.ts';
import type { BuildDefaults } from '../template/conflicts.ts';
import { mergeTemplate } from '../template/merge.ts';
import type { Scan } from '../template/scan.ts';
import { buildGraph, type Edge, type TemplateGraph } from './graph.ts';
import { hiddenConflicts } from './hidden-conflicts.ts';
import { blockedIn, cycleOf, links, sameName, tooDeep } from './links.ts';
import { filesOf, unknownTargets } from './unknown-targets.ts';

export interface Collection extends Selectable {
  readonly templates: ReadonlyMap<TemplateName, MergedTemplate>;
}

/** So much of a collection as it takes to select some of it. */
export interface Selectable {
  /** The good ones, parents before children. */
  readonly templates: ReadonlyMap<TemplateName, { readonly template: Pick<Template, 'name' | 'file'> }>;
  readonly graph: TemplateGraph;
  /** Those that exist but cannot be used: broken themselves, or standing on a broken one. */
  readonly unusable: ReadonlyMap<TemplateName, Unusable>;
  readonly diagnostics: readonly Diagnostic[];
}

interface Unusable {
  /** Workspace paths: several where they have one name. */
  readonly files: readonly string[];
  /** As far as they can be read. */
  readonly templates: readonly Template[];
  /** What keeps it out, besides errors in its files. */
  readonly errors: readonly Diagnostic[];
}

export interface CollectionOptions extends BuildDefaults {
  /** How many `extends` may follow each other. */
  readonly maxDepth: number;
}

export function collect(scan: Scan, options: CollectionOptions): Collection {
  const diagnostics: Diagnostic[] = [...scan.diagnostics];
  const unusable = new Set<TemplateName>(scan.broken.map(([name]) => name));
  const byName = new Map<TemplateName, Template>();
  const rejections: (readonly [TemplateName, Diagnostic])[] = [];
  const reject = (name: TemplateName, found: readonly Diagnostic[]): void => {
    unusable.add(name);
    for (const one of found) {
      diagnostics.push(one);
      rejections.push([name, one]);
    }
  };

  const files = new Map<TemplateName, string>();
  const claim = (name: TemplateName, file: string): void => {
    const other = files.get(name);
    if (other === undefined) files.set(name, file);
    else reject(name, [sameName(name, file, other)]);
  };
  for (const [name, file] of scan.broken) claim(name, file);
  for (const template of scan.templates) {
    const { name, file } = template;
    claim(name, file);
    if (!byName.has(name)) byName.set(name, template);
  }
  const unknown = unknownTargets([...byName.values(), ...scan.readable], scan);
  for (const [name, found] of unknown) reject(name, found);
  const there = filesOf(scan);
  const orphans = new Set(
    scan.templates.filter(({ parentFile = '' }) => !there.has(parentFile)).map(({ name }) => name),
  );

  const edges = [...byName.values()]
    .flatMap((template) => links(template).map(({ edge }) => edge))
    .filter(({ from, to, kind }) => byName.has(from) && !(kind === 'extends' && orphans.has(to)));
  const whole = buildGraph(byName.keys(), edges);
  const cycles = whole.cycles();
  const circling = whole.components().flat();
  for (const name of circling) unusable.add(name);
  diagnostics.push(...cycles.map((cycle) => cycleOf(byName, cycle)));
  const told = new Set(cycles.flat());
  diagnostics.push(
    ...circling.filter((name) => !told.has(name)).flatMap((name) => blockedIn(byName.get(name), unusable)),
  );

  const templates = new Map<TemplateName, MergedTemplate>();
  const settled = new Set<TemplateName>();
  const depths = new Map<TemplateName, number>();
  const usable = [...byName.keys()].filter((name) => !unusable.has(name));
  const graph = usable.length === byName.size ? whole : buildGraph(usable, within(new Set(usable), edges));
  for (const name of graph.order()) {
    const template = byName.get(name);
    if (template === undefined) continue;
    const blocks = blockedIn(template, unusable);
    if (blocks.length > 0) {
      reject(name, blocks);
      continue;
    }
    const depth = template.extends === undefined ? 0 : (depths.get(template.extends.value) ?? 0) + 1;
    depths.set(name, depth);
    settled.add(name);
    if (depth > options.maxDepth) {
      reject(name, [tooDeep(template, depth, options.maxDepth)]);
      continue;
    }
    const merged = mergeTemplate(
      template,
      template.extends && templates.get(template.extends.value),
      options,
    );
    if (merged.ok) templates.set(name, merged.value);
    else reject(name, merged.error);
  }
  const others = [...scan.readable, ...byName.values()].filter(({ name }) => !templates.has(name));
  const conflicts = hiddenConflicts(new Map(others.map((one) => [one.name, one])), templates, {
    ...options,
    unsure: new Set(scan.readable.filter((one) => !one.hasAllPackages)),
  });
  for (const [name, found] of conflicts) if (!settled.has(name)) reject(name, found);
  return {
    templates,
    graph: templates.size === usable.length ? graph : buildGraph(templates.keys(), within(templates, edges)),
    unusable: about(unusable, rejections, scan),
    diagnostics,
  };
}

function about(
  names: ReadonlySet<TemplateName>,
  rejections: readonly (readonly [TemplateName, Diagnostic])[],
  { broken, readable, templates }: Scan,
): Map<TemplateName, Unusable> {
  const found = new Map(
    Array.from(names, (name) => [
      name,
      { files: [] as string[], templates: [] as Template[], errors: [] as Diagnostic[] },
    ]),
  );
  for (const [name, file] of broken) found.get(name)?.files.push(file);
  for (const template of readable) found.get(template.name)?.templates.push(template);
  for (const [name, error] of rejections) found.get(name)?.errors.push(error);
  for (const template of names.size === 0 ? [] : templates) {
    const one = found.get(template.name);
    if (one === undefined) continue;
    one.files.push(template.file);
    one.templates.push(template);
  }
  return found;
}

const within = (names: { has(name: TemplateName): boolean }, edges: readonly Edge[]): Edge[] =>
  edges.filter(({ from, to }) => names.has(from) && names.has(to));
