/** The graph as a page for browsers, which needs nothing but itself. It does not know digests. */
import type { TemplateName } from '../core/ids.ts';
import type { Located, MergedTemplate } from '../core/template.ts';
import type { Collection } from '../graph/collection.ts';
import { counted } from './diagnostics.ts';
import { printable } from './style.ts';
import { underParents } from './tree.ts';

/** Each template under its parent, with what it adds to its parent's image, and links along `depends_on`. */
export function htmlPage(title: string, collection: Collection): string {
  const { templates, graph } = collection;
  const children = underParents(collection);
  const ids = new Map([...templates.keys()].map((name, at) => [name, `t${at}`]));
  const needs = graph.edges().filter(({ kind }) => kind === 'depends_on');
  const link = (name: TemplateName): string => `<a href="#${ids.get(name)}">${text(name)}</a>`;
  const linked = new Map<TemplateName, [needs: string[], neededBy: string[]]>(
    [...templates.keys()].map((name) => [name, [[], []]]),
  );
  for (const { from, to } of needs) {
    linked.get(to)?.[0].push(link(from));
    linked.get(from)?.[1].push(link(to));
  }
  const lists = (names: readonly TemplateName[] = []): string =>
    names.length === 0 ? '' : `<ul>\n${names.map(item).join('')}</ul>\n`;
  const item = (name: TemplateName): string => {
    const merged = templates.get(name);
    if (merged === undefined) return '';
    const [above = [], below = []] = linked.get(name) ?? [];
    const parent = merged.template.extends?.value;
    const rows = [
      row('extends', parent === undefined || templates.has(parent) ? [] : [text(parent)]),
      ...added(merged),
      row('depends on', above),
      row('needed by', below),
    ].join('');
    return `<li id="${ids.get(name)}"><details open><summary><b>${text(name)}</b> <span>${text(merged.template.file)}</span></summary>
${rows === '' ? '' : `<dl>${rows}</dl>\n`}${lists(children.get(name))}</details></li>
`;
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${text(title)}</h1>
<p>${counted(templates.size, 'template')}, ${counted(graph.edges().length, 'edge')}</p>
${lists(children.get(undefined))}</body>
</html>
`;
}

/** What its own build does. */
function added({ own }: MergedTemplate): string[] {
  const codes = <Value>(items: readonly Located<Value>[], written: (value: Value) => string): string[] =>
    items.map(({ value }) => `<code>${text(written(value))}</code>`);
  return [
    row(
      'packages',
      codes(own.packages, ({ written }) => written),
    ),
    row(
      'users',
      codes(own.users, ({ name, uid, gid }) => `${name} ${uid}:${gid}`),
    ),
    row(
      'mounts',
      codes(
        own.mounts,
        ({ bucket, mountPoint, readOnly }) => `${bucket} at ${mountPoint}${readOnly ? ', read only' : ''}`,
      ),
    ),
    row('scripts', codes(own.scripts, same)),
    row('inputs', codes(own.inputs, same)),
    row('tests', codes(own.tests, same)),
  ];
}

const same = (value: string): string => value;

const row = (label: string, values: readonly string[]): string =>
  values.length === 0 ? '' : `<dt>${label}</dt><dd>${values.join(' ')}</dd>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const text = (given: string): string =>
  printable(given).replaceAll(/[&<>"']/g, (one) => entities[one] ?? one);

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem; }
ul { list-style: none; margin: 0; padding: 0 0 0 1.5rem; }
body > ul { padding: 0; }
li li { border-left: 1px solid #8888; padding-left: .75rem; }
li:target > details > summary { outline: 2px solid #48f; }
summary { cursor: pointer; }
summary span { color: #888; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0 0 .5rem 1.25rem; }
dt { color: #888; }
dd { margin: 0; overflow-wrap: anywhere; }
code { background: #8882; border-radius: 3px; padding: 0 .3em; }
`;
