/** The templates as a tree along `extends`, in lines of text. It does not know digests. */
import type { TemplateName } from '../core/ids.ts';
import type { Collection } from '../graph/collection.ts';
import { printable } from './style.ts';

/** Each template under its parent; under undefined those whose parent is not shown, or that have none. */
export function underParents({
  templates,
}: Pick<Collection, 'templates'>): ReadonlyMap<TemplateName | undefined, readonly TemplateName[]> {
  const children = new Map<TemplateName | undefined, TemplateName[]>();
  for (const [name, { template }] of templates) {
    const parent = template.extends?.value;
    push(children, parent !== undefined && templates.has(parent) ? parent : undefined, name);
  }
  return children;
}

interface Branch {
  readonly name: TemplateName;
  /** What stands before its name, and before its children's branches. */
  readonly lead: string;
  readonly below: string;
}

/** Along `extends`, each template under its parent; what else it depends on stands behind its name. */
export function treeDrawing(collection: Collection): string {
  const children = underParents(collection);
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
