/** A template as YAML in which each value says where it was written, and as data for programs. It does not know how it was merged. */
import type { Json } from '../core/digest.ts';
import {
  isEmpty,
  isList,
  plainData,
  type Resolved,
  type ResolvedMap,
  type ResolvedValue,
} from '../template/resolved.ts';
import { yamlText } from '../template/yaml-text.ts';
import { printable, type Style } from './style.ts';
import { padded, widthOf } from './width.ts';

interface Line {
  readonly text: string;
  readonly value?: ResolvedValue;
}

/** Valid YAML: the places are comments, one below the other. */
export function templateText(tree: ResolvedMap, style: Style): string {
  const lines = linesOf(tree, '');
  // A file that holds nothing is no template.
  if (lines.length === 0) return '{}\n';
  const width = Math.min(
    widest,
    Math.max(0, ...lines.filter(({ value }) => value).map(({ text }) => widthOf(text))),
  );
  return lines
    .map(({ text, value }) => {
      if (value === undefined) return `${text}\n`;
      const { file, line } = value.place;
      return `${padded(text, width)}  ${style.dim(printable(`# ${file}:${line}`))}\n`;
    })
    .join('');
}

/** Beyond it a comment stands right behind its value. */
const widest = 72;

function linesOf(tree: ResolvedMap, indent: string): Line[] {
  return [...tree].flatMap(([key, value]): Line[] => {
    const name = `${indent}${yamlText(key)}:`;
    if (isEmpty(value)) return [{ text: `${name} ${yamlText(plainData(value))}` }];
    if (isList(value)) return [{ text: name }, ...value.flatMap((item) => itemLines(item, `${indent}  `))];
    if (value instanceof Map) return [{ text: name }, ...linesOf(value as ResolvedMap, `${indent}  `)];
    const single = value as ResolvedValue;
    return [{ text: `${name} ${yamlText(single.value)}`, value: single }];
  });
}

/** A map in a list begins on the line of its dash. */
function itemLines(item: Resolved, indent: string): Line[] {
  if (isList(item) || isEmpty(item)) return [{ text: `${indent}- ${yamlText(plainData(item))}` }];
  if (item instanceof Map) {
    return linesOf(item as ResolvedMap, `${indent}  `).map((line, at) =>
      at === 0 ? { ...line, text: `${indent}- ${line.text.trimStart()}` } : line,
    );
  }
  const single = item as ResolvedValue;
  return [{ text: `${indent}- ${yamlText(single.value)}`, value: single }];
}

export interface TemplateView {
  readonly name: string;
  readonly path: string;
  readonly template: Json;
  /** By the path of a value, such as `software.spack_packages[0]`. */
  readonly places: Readonly<
    Record<string, { readonly file: string; readonly line: number; readonly column: number }>
  >;
}

export function templateView(name: string, path: string, tree: ResolvedMap): TemplateView {
  return { name, path, template: plainData(tree), places: Object.fromEntries(placesIn(tree, '')) };
}

function placesIn(tree: Resolved, path: string): [string, TemplateView['places'][string]][] {
  if (isList(tree)) return tree.flatMap((item, at) => placesIn(item, `${path}[${at}]`));
  if (tree instanceof Map) {
    return [...(tree as ResolvedMap)].flatMap(([key, value]) =>
      placesIn(value, path === '' ? key : `${path}.${key}`),
    );
  }
  const { file, line, column } = (tree as ResolvedValue).place;
  return [[path, { file, line, column }]];
}
