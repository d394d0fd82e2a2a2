/** The graph as a drawing: a tree, Graphviz or Mermaid. It does not know digests. */
import type { TemplateName } from '../core/ids.ts';
import type { Collection } from '../graph/collection.ts';
import { printable } from './style.ts';

/** For Graphviz. A dashed edge is `depends_on`; what a template adds to its parent's packages is its tooltip. */
export function dotDrawing({ templates, graph }: Collection): string {
  const names = [...templates].map(([name, { own }]) => {
    const packages = own.packages.map(({ value }) => dotTooltip(value.written)).join(String.raw`\n`);
    return `  "${dotText(name)}"${packages === '' ? '' : ` [tooltip="${packages}"]`};\n`;
  });
  const edges = graph.edges().map(({ from, to, kind }) => {
    const style = kind === 'depends_on' ? ' [style=dashed]' : '';
    return `  "${dotText(from)}" -> "${dotText(to)}"${style};\n`;
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

interface Branch {
  readonly name: TemplateName;
  /** What stands before its name, and before its children's branches. */
  readonly lead: string;
  readonly below: string;
}

/** Along `extends`, each template under its parent; what else it depends on stands behind its name. */
export function treeDrawing(collection: Collection): string {
  const { templates } = collection;
  const children = new Map<TemplateName | undefined, TemplateName[]>();
  for (const [name, { template }] of templates) {
    const parent = template.extends?.value;
    push(children, parent !== undefined && templates.has(parent) ? parent : undefined, name);
  }
  const notes = notesOf(collection);
  const lines: string[] = [];
  const roots = children.get(undefined) ?? [];
  const open: Branch[] = roots.map((name) => ({ name, lead: '', below: '' })).toReversed();
  for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
    const { name, lead, below } = branch;
    const behind = notes.get(name);
    lines.push(`${printable(`${lead}${name}${behind === undefined ? '' : ` (${behind.join('; ')})`}`)}\n`);
    const own = children.get(name) ?? [];
    for (const [at, child] of own.toReversed().entries()) {
      const [corner, line] = at === 0 ? ['└─ ', '   '] : ['├─ ', '│  '];
      open.push({ name: child, lead: below + corner, below: below + line });
    }
  }
  return lines.join('');
}

/** What each template stands on that its place in the tree does not show. */
function notesOf({ templates, graph }: Collection): ReadonlyMap<TemplateName, readonly string[]> {
  const others = new Map<TemplateName, TemplateName[]>();
  for (const { from, to, kind } of graph.edges()) if (kind === 'depends_on') push(others, to, from);
  const notes = new Map<TemplateName, string[]>();
  for (const [name, { template }] of templates) {
    const parent = template.extends?.value;
    if (parent !== undefined && !templates.has(parent)) push(notes, name, `extends ${parent}`);
    const needs = others.get(name);
    if (needs !== undefined) push(notes, name, `depends on ${needs.join(', ')}`);
  }
  return notes;
}

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
