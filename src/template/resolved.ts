/** All that a template says, with or without what it inherits, as a tree in which each value knows its place. It does not know how it is printed. */
import { posix } from 'node:path';
import { canonical, type Json } from '../core/digest.ts';
import type { Place } from '../core/diagnostic.ts';
import type {
  BuildSettings,
  Located,
  MergedTemplate,
  Section,
  Template,
  TemplateLists,
} from '../core/template.ts';

/** A value that is one thing: text, a number, or a small map such as a user. */
export interface ResolvedValue {
  readonly value: Json;
  readonly place: Place;
}
export type Resolved = ResolvedValue | readonly Resolved[] | ResolvedMap;
export type ResolvedMap = ReadonlyMap<string, Resolved>;

/** As the file would say it. */
const fromFolder = ({ file, parentFile }: Template): string | null =>
  parentFile === undefined ? null : posix.relative(posix.dirname(file), parentFile);

/** What the template itself says. */
export function ownWords({ template }: MergedTemplate): ResolvedMap {
  return treeOf(template, template.build, [template.cluster], [template.compute], {
    extends: template.extends && { value: fromFolder(template), place: template.extends.place },
    dependsOn: template.dependsOn,
  });
}

/** The same with all that it inherits: what its image is made of, and what its cluster is. */
export function resolvedWords(merged: MergedTemplate): ResolvedMap {
  const chain = chainOf(merged);
  const sections = (key: 'cluster' | 'compute'): (Section | undefined)[] =>
    chain.map(({ template }) => template[key]);
  return treeOf(merged.all, merged.build, sections('cluster'), sections('compute'), {
    dependsOn: merged.template.dependsOn,
  });
}

/** Ancestors first. */
function chainOf(merged: MergedTemplate): MergedTemplate[] {
  const chain: MergedTemplate[] = [];
  for (let next: MergedTemplate | undefined = merged; next !== undefined; next = next.parent)
    chain.unshift(next);
  return chain;
}

interface Links {
  readonly extends?: ResolvedValue | undefined;
  readonly dependsOn: readonly Located<string>[];
}

/** In the order and with the keys of a template's file. */
function treeOf(
  lists: TemplateLists,
  build: BuildSettings,
  cluster: readonly (Section | undefined)[],
  compute: readonly (Section | undefined)[],
  links: Links,
): ResolvedMap {
  return mapOf({
    extends: links.extends,
    depends_on: each(links.dependsOn, same),
    cluster: joined(cluster),
    compute: joined(compute),
    software: mapOf({ spack_packages: each(lists.packages, ({ written }) => written) }),
    users: each(lists.users, ({ name, uid, gid }) => ({ name, uid, gid })),
    data: mapOf({
      s3_mounts: each(lists.mounts, ({ bucket, mountPoint, readOnly }) => ({
        bucket,
        mount_point: mountPoint,
        ...(readOnly ? { read_only: true } : {}),
      })),
    }),
    build: mapOf({
      instance_type: one(build.instanceTypes, ([first = '', ...more]) =>
        more.length === 0 ? first : [first, ...more],
      ),
      spot: one(build.spot, same),
      timeout: one(build.timeoutSeconds, (seconds) => `${seconds}s`),
      volume_size_gb: one(build.volumeGb, same),
      arch: one(build.architecture, same),
      scripts: each(lists.scripts, same),
      inputs: each(lists.inputs, same),
      base: one(build.base, written),
      secrets: build.secrets && new Map(build.secrets),
    }),
    tests: each(lists.tests, same),
  });
}

/** Without the keys that are not there. */
const written = (map: object): Json =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));

const same = <Value extends Json>(value: Value): Value => value;

function one<Value>(
  located: Located<Value> | undefined,
  shown: (value: Value) => Json,
): ResolvedValue | undefined {
  return located && { value: shown(located.value), place: located.place };
}

const each = <Value>(items: readonly Located<Value>[], shown: (value: Value) => Json): Resolved =>
  items.map(({ value, place }) => ({ value: shown(value), place }));

/** Without what is empty. */
function mapOf(entries: Readonly<Record<string, Resolved | undefined>>): ResolvedMap {
  const kept = Object.entries(entries).flatMap(([key, value]) =>
    value === undefined || isEmpty(value) ? [] : [[key, value] as const],
  );
  return new Map(kept);
}

/** Whether it holds no value, and so has no place. */
export const isEmpty = (tree: Resolved): boolean =>
  isList(tree) ? tree.length === 0 : tree instanceof Map && tree.size === 0;

export const isList = (tree: Resolved): tree is readonly Resolved[] => Array.isArray(tree);

function joined(sections: readonly (Section | undefined)[]): Resolved | undefined {
  const trees = sections.flatMap((section) =>
    section === undefined ? [] : [treeOfData(section, section.data(), [])],
  );
  return trees.length === 0 ? undefined : trees.reduce(join);
}

function treeOfData(section: Section, data: unknown, path: readonly (string | number)[]): Resolved {
  if (Array.isArray(data)) return data.map((item, index) => treeOfData(section, item, [...path, index]));
  if (typeof data === 'object' && data !== null) {
    const entries = Object.entries(data);
    return new Map(entries.map(([key, value]) => [key, treeOfData(section, value, [...path, key])]));
  }
  return { value: data as Json, place: section.placeOf(path) };
}

/** Lists are joined without duplicates, maps are merged, a child's single value wins. */
function join(below: Resolved, above: Resolved): Resolved {
  if (isList(below) && isList(above)) {
    const seen = new Set(below.map((item) => canonical(plainData(item))));
    return [...below, ...above.filter((item) => !seen.has(canonical(plainData(item))))];
  }
  if (below instanceof Map && above instanceof Map) {
    const merged = new Map<string, Resolved>(below);
    for (const [key, value] of above as ResolvedMap) {
      const inherited = merged.get(key);
      merged.set(key, inherited === undefined ? value : join(inherited, value));
    }
    return merged;
  }
  return above;
}

/** The data alone, without the places. */
export function plainData(tree: Resolved): Json {
  if (isList(tree)) return tree.map(plainData);
  if (tree instanceof Map) {
    return Object.fromEntries([...(tree as ResolvedMap)].map(([key, value]) => [key, plainData(value)]));
  }
  return (tree as ResolvedValue).value;
}
