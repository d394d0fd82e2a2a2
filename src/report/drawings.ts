/** The graph as a drawing. It does not know digests. */
import type { TemplateName } from '../core/ids.ts';
import type { Collection } from '../graph/collection.ts';
import { printable } from './style.ts';

/** For Graphviz. A dashed edge is `depends_on`. */
export function dotDrawing({ templates, graph }: Collection): string {
  const quoted = (text: string): string =>
    `"${printable(text)
      .replaceAll('\\', '\\\\')
      .replaceAll('"', String.raw`\"`)}"`;
  const names = [...templates.keys()].map((name) => `  ${quoted(name)};\n`);
  const edges = graph.edges().map(({ from, to, kind }) => {
    const style = kind === 'depends_on' ? ' [style=dashed]' : '';
    return `  ${quoted(from)} -> ${quoted(to)}${style};\n`;
  });
  return `digraph templates {\n  rankdir=LR;\n  node [shape=box];\n${[...names, ...edges].join('')}}\n`;
}

/** Along `extends`, each template under its parent; what else it depends on stands behind its name. */
export function treeDrawing({ templates, graph }: Collection): string {
  const children = new Map<TemplateName | undefined, TemplateName[]>();
  for (const [name, { template }] of templates) {
    const parent = template.extends?.value;
    children.set(parent, [...(children.get(parent) ?? []), name]);
  }
  const others = new Map<TemplateName, TemplateName[]>();
  for (const { from, to, kind } of graph.edges()) {
    if (kind === 'depends_on') others.set(to, [...(others.get(to) ?? []), from]);
  }
  const lines: string[] = [];
  const draw = (name: TemplateName, indent: string, branch: string, below: string): void => {
    const needs = others.get(name);
    lines.push(
      printable(`${indent}${branch}${name}${needs === undefined ? '' : ` (depends on ${needs.join(', ')})`}`),
    );
    const own = children.get(name) ?? [];
    for (const [at, child] of own.entries()) {
      const last = at === own.length - 1;
      draw(child, indent + below, last ? '└─ ' : '├─ ', last ? '   ' : '│  ');
    }
  };
  for (const root of children.get(undefined) ?? []) draw(root, '', '', '');
  return lines.map((line) => `${line}\n`).join('');
}
