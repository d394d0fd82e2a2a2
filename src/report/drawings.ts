/** The graph as a drawing for Graphviz or Mermaid. It does not know digests. */
import type { Collection } from '../graph/collection.ts';
import { printable } from './style.ts';

/** For Graphviz. A dashed edge is `depends_on`; what a template adds to its parent's packages is its tooltip. */
export function dotDrawing({ templates, graph }: Collection): string {
  const names = [...templates].map(([name, { own }]) => {
    const packages = own.packages.map(({ value }) => dotTooltip(value.written)).join(String.raw`\n`);
    return `  "${dotName(name)}"${packages === '' ? '' : ` [tooltip="${packages}"]`};\n`;
  });
  const edges = graph.edges().map(({ from, to, kind }) => {
    const style = kind === 'depends_on' ? ' [style=dashed]' : '';
    return `  "${dotName(from)}" -> "${dotName(to)}"${style};\n`;
  });
  return `digraph templates {\n  rankdir=LR;\n  node [shape=box];\n${[...names, ...edges].join('')}}\n`;
}

/** Between quotes, where Graphviz reads escapes such as `\N` and entities such as `&lt;`. */
const dotText = (text: string, backslash: string = String.raw`\\`): string =>
  printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('\\', backslash)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);

/** To Graphviz, what begins with `%` has no name. */
const dotName = (name: string): string => dotText(name).replace(/^%/, String.raw`\%`);

/** Graphviz reads its escapes twice over there. */
const dotTooltip = (text: string): string => dotText(text, '\\'.repeat(4));

/** For Mermaid, which GitHub draws. A dotted arrow is `depends_on`. */
export function mermaidDrawing({ templates, graph }: Collection): string {
  const ids = new Map([...templates.keys()].map((name, at) => [name, `n${at}`]));
  const names = [...ids].map(([name, id]) => `  ${id}["${mermaidText(name)}"]\n`);
  const edges = graph.edges().map(({ from, to, kind }) => {
    const arrow = kind === 'depends_on' ? '-.->' : '-->';
    return `  ${ids.get(from)} ${arrow} ${ids.get(to)}\n`;
  });
  return ['flowchart LR\n', ...names, ...edges].join('');
}

const mermaidNames: Readonly<Record<string, string>> = { '"': 'quot', '<': 'lt', '>': 'gt', '&': 'amp' };

/**
 * A label in Mermaid's own entity codes. It is Markdown there, and a `:` with a `#` behind it may be taken for a style:
 * only letters, digits, slashes and what is within a word stay as they are.
 */
const mermaidText = (text: string): string =>
  printable(text).replaceAll(
    /[^\p{L}\p{M}\p{N}/_-]|(?<![\p{L}\p{N}])[_-]|[_-](?![\p{L}\p{N}])/gu,
    (one) => `#${mermaidNames[one] ?? one.codePointAt(0)};`,
  );
