/** What is remembered of usable templates from run to run, and which of it still holds. It does not know where that is kept. */
import type { Config } from '../config/config.ts';
import { canonical, digestOf } from '../core/digest.ts';
import { type Digest, type ImageId, parseDigest, type TemplateName, templateName } from '../core/ids.ts';
import { type Architecture, architectures, type BaseImage } from '../core/template.ts';
import type { Collection } from '../graph/collection.ts';
import type { Edge } from '../graph/graph.ts';
import type { InputIndex } from '../template/inputs.ts';
import { formatVersion } from './fingerprint.ts';
import { type KnownWarning, knownWarnings, parseWarnings } from './known-warnings.ts';
import type { Outlined } from './plan.ts';
import { architectureOf, baseOf } from './recipe.ts';

/** A template of which all that is needed can be said without reading it. */
export interface KnownTemplate extends Outlined {
  readonly name: TemplateName;
  /** Workspace path. */
  readonly file: string;
  /** That of the file when it was read: as long as it is the same, so is the text. */
  readonly identity: string;
  readonly dependsOn: readonly TemplateName[];
  /** As written, without those that its ancestors have. */
  readonly packages: readonly string[];
  /** The architecture whose default base it stands on; null where it has a parent. */
  readonly base: Architecture | null;
}

export interface KnownTemplates {
  /** Of all else that enters the digests, but for the base images. */
  readonly key: string;
  /** What the default bases stood for. */
  readonly bases: Readonly<Partial<Record<Architecture, ImageId>>>;
  /** Parents before children. */
  readonly templates: readonly KnownTemplate[];
  /** In the order of their files. */
  readonly warnings: readonly KnownWarning[];
}

/**
 * Undefined where anything is wrong. Left out are templates whose digest rests on more than their files, what they stand on
 * and what all have in common, with what stands on them.
 */
export function knownOf(
  { templates, diagnostics }: Collection,
  config: Config,
  digests: ReadonlyMap<TemplateName, Digest>,
  imageOf: (base: BaseImage) => ImageId,
  key: string,
): KnownTemplates | undefined {
  const warnings = knownWarnings(diagnostics);
  if (warnings === undefined) return undefined;
  const bases: Partial<Record<Architecture, ImageId>> = {};
  const known = new Map<TemplateName, KnownTemplate>();
  for (const [name, merged] of templates) {
    const { template, own } = merged;
    const digest = digests.get(name);
    const { file, identity } = template;
    const parent = template.extends?.value ?? null;
    if (digest === undefined || identity === undefined || own.scripts.length + own.inputs.length > 0)
      continue;
    if (parent === null && template.build.base !== undefined) continue;
    const base = parent === null ? architectureOf(merged, config) : null;
    const baseImage = base === null ? null : (bases[base] ??= imageOf(baseOf(merged, config)));
    const dependsOn = template.dependsOn.map(({ value }) => value);
    const packages = own.packages.map(({ value }) => value.written);
    const one = { name, file, identity, digest, parent, dependsOn, packages, base, baseImage };
    if (linksOf(one).every((above) => known.has(above))) known.set(name, one);
  }
  return { key, bases, templates: [...known.values()], warnings };
}

/** All that enters a digest, or decides what is wrong, besides templates and base images. */
export function keyOf(programVersion: string, config: Config, { files, matches }: InputIndex): string {
  const { root, templates, maxDepth, base, builder, steps } = config;
  return digestOf(
    canonical([
      programVersion,
      formatVersion,
      root,
      templates,
      maxDepth,
      architectures.map((one) => ({ ...base[one] })),
      builder.architecture,
      builder.volumeGb,
      Object.entries(steps).map(([step, { script, inputs }]) => [
        step,
        script,
        files.get(script)?.digest ?? null,
        inputs.map((pattern) => [
          pattern,
          (matches.get(pattern) ?? []).map((input) => {
            const file = files.get(input);
            return [input, file?.digest ?? null, file?.executable ?? null];
          }),
        ]),
      ]),
    ]),
  );
}

/** Raised whenever a template that is the same would have another digest, another row, or an error. */
const version = 5;

export function knownText({ key, bases, templates, warnings }: KnownTemplates): string {
  const rows = templates.map(({ name, file, identity, parent, dependsOn, digest, base, packages }) => [
    name,
    file,
    identity,
    parent,
    dependsOn,
    digest,
    base,
    packages,
  ]);
  return `${JSON.stringify({ version, key, bases, templates: rows, warnings })}\n`;
}

/** Undefined where the text is none of ours: it holds nothing that is not in the templates. */
export function parseKnown(text: string): KnownTemplates | undefined {
  try {
    const {
      version: written,
      key,
      bases,
      templates,
      ...rest
    } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (written !== version || !isText(key) || !isBases(bases) || !Array.isArray(templates)) return undefined;
    const warnings = parseWarnings(rest['warnings']);
    return warnings && { key, bases, templates: templates.flatMap((row) => parseRow(row, bases)), warnings };
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isBases = (value: unknown): value is KnownTemplates['bases'] =>
  typeof value === 'object' && value !== null && Object.values(value).every(isText);

function parseRow(row: unknown, bases: KnownTemplates['bases']): KnownTemplate[] {
  if (!Array.isArray(row)) return [];
  const [name, file, identity, parent, dependsOn, hex, written, packages] = row as unknown[];
  const digest = isText(hex) ? parseDigest(hex) : undefined;
  const base = architectures.find((one) => one === written) ?? null;
  const baseImage = base === null ? null : (bases[base] ?? null);
  if (!isText(name) || !isText(file) || !isText(identity) || digest === undefined) return [];
  if (!isTexts(dependsOn) || !isTexts(packages) || isText(parent) === (baseImage !== null)) return [];
  return [
    {
      name: templateName(name),
      file,
      identity,
      digest,
      packages,
      dependsOn: dependsOn.map(templateName),
      parent: isText(parent) ? templateName(parent) : null,
      base,
      baseImage,
    },
  ];
}

/**
 * Those that are what they were: the file of each, and all that it stands on. `identities`: of the files that there are now.
 * What is left out has to be read again.
 */
export function stillKnown(
  { templates }: KnownTemplates,
  identities: ReadonlyMap<string, string>,
): ReadonlyMap<TemplateName, KnownTemplate> {
  const known = new Map<TemplateName, KnownTemplate>();
  for (const one of templates) {
    const unchanged = identities.get(one.file) === one.identity;
    if (unchanged && linksOf(one).every((above) => known.has(above))) known.set(one.name, one);
  }
  return known;
}

/** The templates that it stands on directly. */
export const linksOf = ({ parent, dependsOn }: KnownTemplate): readonly TemplateName[] =>
  parent === null ? dependsOn : [parent, ...dependsOn];

export function edgesOf({ name, parent, dependsOn }: KnownTemplate): Edge[] {
  const above = dependsOn.map((from): Edge => ({ from, to: name, kind: 'depends_on' }));
  return parent === null ? above : [{ from: parent, to: name, kind: 'extends' }, ...above];
}
