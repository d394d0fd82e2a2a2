/** Scanned templates to a graph of merged ones, with all that keeps some of them out. It does not know digests. */
import type { Diagnostic, Place } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Located, MergedTemplate, Template } from '../core/template.ts';
import type { BuildDefaults } from '../template/conflicts.ts';
import { mergeTemplate } from '../template/merge.ts';
import type { Scan } from '../template/scan.ts';
import { meantTemplate } from './names.ts';
import { buildGraph, type Edge, type TemplateGraph } from './graph.ts';

export interface Collection {
  /** The good ones, parents before children. */
  readonly templates: ReadonlyMap<TemplateName, MergedTemplate>;
  readonly graph: TemplateGraph;
  /** Names that exist but cannot be used: broken themselves, or standing on a broken one. */
  readonly unusable: ReadonlySet<TemplateName>;
  readonly diagnostics: readonly Diagnostic[];
}

export interface CollectionOptions extends BuildDefaults {
  /** How many `extends` may follow each other. */
  readonly maxDepth: number;
}

export function collect(scan: Scan, options: CollectionOptions): Collection {
  const { maxDepth } = options;
  const diagnostics: Diagnostic[] = [...scan.diagnostics];
  const unusable = new Set<TemplateName>(scan.broken.keys());
  const byName = new Map<TemplateName, Template>();
  const reject = (template: Template, found: Omit<Diagnostic, 'severity'>): void => {
    unusable.add(template.name);
    diagnostics.push({ severity: 'error', ...found });
  };

  for (const template of scan.templates) {
    const other = byName.get(template.name);
    if (other === undefined) byName.set(template.name, template);
    else reject(template, sameName(template, other));
  }
  const known = new Set([...byName.keys(), ...scan.broken.keys()]);
  for (const template of byName.values()) {
    for (const { target } of links(template)) {
      if (!known.has(target.value)) reject(template, unknownTarget(template, target, known));
    }
  }
  const edges = [...byName.values()]
    .flatMap((template) => links(template).map(({ edge }) => edge))
    .filter(({ from }) => byName.has(from));

  rejectCycles(byName, edges, reject);

  const usable = [...byName.keys()].filter((name) => !unusable.has(name));
  const graph = buildGraph(
    usable,
    edges.filter(({ from, to }) => !unusable.has(from) && !unusable.has(to)),
  );
  const templates = new Map<TemplateName, MergedTemplate>();
  const depths = new Map<TemplateName, number>();
  for (const name of graph.order()) {
    const template = byName.get(name);
    if (template === undefined) continue;
    const blocker = links(template).find(({ target }) => unusable.has(target.value));
    if (blocker !== undefined) {
      reject(template, blocked(template, blocker.target));
      continue;
    }
    const depth = template.extends === undefined ? 0 : (depths.get(template.extends.value) ?? 0) + 1;
    depths.set(name, depth);
    if (depth > maxDepth) {
      reject(template, tooDeep(template, depth, maxDepth));
      continue;
    }
    const merged = mergeTemplate(
      template,
      template.extends && templates.get(template.extends.value),
      options,
    );
    if (merged.ok) templates.set(name, merged.value);
    else for (const one of merged.error) reject(template, one);
  }
  const good = edges.filter(({ from, to }) => templates.has(from) && templates.has(to));
  return { templates, graph: buildGraph(templates.keys(), good), unusable, diagnostics };
}

interface Link {
  readonly edge: Edge;
  readonly target: Located<TemplateName>;
}

function links(template: Template): Link[] {
  const link = (kind: Edge['kind']) => (target: Located<TemplateName>) => ({
    edge: { from: target.value, to: template.name, kind },
    target,
  });
  const parent = template.extends === undefined ? [] : [template.extends];
  return [...parent.map(link('extends')), ...template.dependsOn.map(link('depends_on'))];
}

type Found = Omit<Diagnostic, 'severity'>;

/** One cycle is told for all that stand on each other; the rest of them stand on it. */
function rejectCycles(
  byName: ReadonlyMap<TemplateName, Template>,
  edges: readonly Edge[],
  reject: (template: Template, found: Found) => void,
): void {
  const graph = buildGraph(byName.keys(), edges);
  const cycles = graph.cycles();
  for (const cycle of cycles) {
    for (const name of cycle.slice(1)) {
      const template = byName.get(name);
      if (template !== undefined) reject(template, partOfCycle(template, cycle));
    }
  }
  const told = new Set(cycles.flat());
  for (const component of graph.components()) {
    const members = new Set(component);
    for (const name of component.filter((one) => !told.has(one))) {
      const template = byName.get(name);
      const link = template && links(template).find(({ target }) => members.has(target.value));
      if (template !== undefined && link !== undefined) reject(template, blocked(template, link.target));
    }
  }
}

function partOfCycle(template: Template, cycle: readonly TemplateName[]): Found {
  const at = cycle.indexOf(template.name);
  const next = cycle[at + 1];
  const link = links(template).find(({ target }) => target.value === next);
  return {
    code: 'cycle',
    message: `${template.name} stands on itself: ${cycle.join(' -> ')}`,
    place: link?.target.place,
    cure: 'take one of these links out',
  };
}

function sameName(template: Template, other: Template): Found {
  return {
    code: 'same-name',
    message: `${template.file} and ${other.file} are both named ${template.name}`,
    place: { file: template.file },
    cure: 'rename one of the files',
  };
}

function unknownTarget(
  template: Template,
  target: Located<TemplateName>,
  known: Iterable<TemplateName>,
): Found {
  const word = target === template.extends ? 'extends' : 'depends on';
  const others = [...known].filter((name) => name !== template.name);
  return {
    code: 'unknown-template',
    message: `${template.name} ${word} ${target.value}, which does not exist`,
    place: target.place,
    cure: meantTemplate(target.value, others),
  };
}

function blocked(template: Template, target: Located<TemplateName>): Found {
  return {
    code: 'blocked',
    message: `${template.name} stands on ${target.value}, which has errors`,
    place: target.place,
  };
}

function tooDeep(template: Template, depth: number, maxDepth: number): Found {
  const place: Place | undefined = template.extends?.place;
  return {
    code: 'too-deep',
    message: `${template.name} is ${depth} templates away from its base image, and the limit is ${maxDepth}`,
    place,
    cure: 'extend a template nearer to the base, or raise maxDepth in amifile.ts',
  };
}
