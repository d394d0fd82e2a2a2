/** One file's text to a Template. It does not know whether what the template names exists. */
import { posix } from 'node:path';
import * as v from 'valibot';
import type { Diagnostic, Place } from '../core/diagnostic.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type SchemaIssue, schemaIssues } from '../core/schema-issues.ts';
import type { BuildSettings, Located, Template } from '../core/template.ts';
import { seconds } from '../core/value-schemas.ts';
import { templateSchema, type WrittenTemplate } from './schema.ts';
import { shown } from './spack-cursor.ts';
import { parseSpackSpec } from './spack-spec.ts';
import { parseYaml, type YamlDocument, type YamlValue } from './yaml.ts';

/** Where templates live, and what their names are. */
export interface TemplateNaming {
  nameOf(file: string): TemplateName;
}

/** The template, or all that is wrong with it. */
export function readTemplate(
  file: string,
  text: string,
  naming: TemplateNaming,
): Result<Template, Diagnostic[]> {
  const parsed = parseYaml(file, text);
  if (!parsed.ok) return fail([parsed.error]);
  const document = parsed.value;
  const checked = v.safeParse(templateSchema, plain(document.value));
  if (!checked.success) {
    return fail(
      schemaIssues(templateSchema, checked.issues, 'a template').map((issue) =>
        schemaDiagnostic(document, issue),
      ),
    );
  }
  const problems = [
    ...extendsProblems(file, document, checked.output),
    ...specProblems(document, checked.output),
  ];
  return problems.length > 0 ? fail(problems) : ok(toTemplate(file, checked.output, document, naming));
}

function toTemplate(
  file: string,
  written: WrittenTemplate,
  document: YamlDocument,
  naming: TemplateNaming,
): Template {
  const locate = <Item, Value>(
    items: readonly Item[] | null | undefined,
    path: readonly string[],
    convert: (item: Item) => Value,
  ): Located<Value>[] =>
    (items ?? []).map((item, index) => ({
      value: convert(item),
      place: placeOf(document, [...path, index]),
    }));
  const same = (line: string): string => line;
  const template = (path: string): TemplateName => naming.nameOf(relativeTo(file, path));
  const build = written.build ?? {};
  return {
    name: naming.nameOf(file),
    file,
    extends:
      written.extends === undefined
        ? undefined
        : { value: template(written.extends), place: placeOf(document, ['extends']) },
    dependsOn: locate(written.depends_on, ['depends_on'], templateName),
    packages: locate(written.software?.spack_packages, ['software', 'spack_packages'], same),
    users: locate(written.users, ['users'], (user) => user),
    mounts: locate(written.data?.s3_mounts, ['data', 's3_mounts'], (mount) => ({
      bucket: mount.bucket,
      mountPoint: mount.mount_point,
      readOnly: mount.read_only ?? false,
    })),
    scripts: locate(build.scripts, ['build', 'scripts'], same),
    inputs: locate(build.inputs, ['build', 'inputs'], same),
    tests: locate(written.tests, ['tests'], same),
    build: settings(build),
  };
}

function settings(build: NonNullable<WrittenTemplate['build']>): BuildSettings {
  return {
    instanceType: build.instance_type,
    spot: build.spot,
    timeoutSeconds: build.timeout === undefined ? undefined : seconds(build.timeout),
    volumeGb: build.volume_size_gb,
    architecture: build.arch,
    base: build.base,
  };
}

/** `extends` is written relative to the file that holds it. */
const relativeTo = (file: string, path: string): string =>
  posix.normalize(posix.join(posix.dirname(file), path));

function extendsProblems(file: string, document: YamlDocument, written: WrittenTemplate): Diagnostic[] {
  const path = written.extends;
  if (path === undefined || !(path.startsWith('/') || relativeTo(file, path).startsWith('../'))) return [];
  const place = placeOf(document, ['extends']);
  return [
    {
      severity: 'error',
      code: 'outside-workspace',
      message: `extends ${path} leads out of the workspace`,
      place,
      excerpt: document.excerpt(place),
      cure: 'write the path of a template in the workspace, relative to this file',
    },
  ];
}

function specProblems(document: YamlDocument, written: WrittenTemplate): Diagnostic[] {
  return (written.software?.spack_packages ?? []).flatMap((text, index): Diagnostic[] => {
    const parsed = parseSpackSpec(text);
    if (parsed.ok) return [];
    const place = placeOf(document, ['software', 'spack_packages', index]);
    return [
      {
        severity: 'error',
        code: 'spack-spec',
        message: `${JSON.stringify(shown(text))} is not a Spack spec: ${parsed.error.message}`,
        place,
        excerpt: document.excerpt(place),
        cure: parsed.error.cure,
      },
    ];
  });
}

function schemaDiagnostic(document: YamlDocument, issue: SchemaIssue): Diagnostic {
  const place = placeOf(document, issue.path, issue.code === 'unknown-key');
  const { code, message, cure } = issue;
  return { severity: 'error', code, message, place, excerpt: document.excerpt(place), cure };
}

type Path = readonly (string | number)[];

/** The place of the value at `path`, of its key if asked, or of the nearest part of the path that exists. */
function placeOf(document: YamlDocument, path: Path, ofKey = false): Place {
  let value: YamlValue = document.value;
  let offset = value.at;
  for (const [depth, key] of path.entries()) {
    if (value.kind === 'map') {
      const entry = value.entries.get(String(key));
      if (entry === undefined) break;
      value = entry.value;
      offset = ofKey && depth === path.length - 1 ? entry.keyAt : value.at;
    } else if (value.kind === 'list') {
      const item: YamlValue | undefined = value.items[Number(key)];
      if (item === undefined) break;
      value = item;
      offset = value.at;
    } else break;
  }
  return document.place(offset);
}

/** Plain data; maps without a prototype, so that a key `__proto__` is a key like any other. */
function plain(value: YamlValue, done = new Map<YamlValue, unknown>()): unknown {
  if (value.kind === 'scalar') return value.value;
  const known = done.get(value);
  if (known !== undefined) return known;
  if (value.kind === 'list') {
    const items: unknown[] = [];
    done.set(value, items);
    for (const item of value.items) items.push(plain(item, done));
    return items;
  }
  const map: Record<string, unknown> = Object.create(null);
  done.set(value, map);
  for (const [key, entry] of value.entries) map[key] = plain(entry.value, done);
  return map;
}
