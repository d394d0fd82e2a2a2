/** One file's text to a Template. It does not know whether what the template names exists. */
import { posix } from 'node:path';
import * as v from 'valibot';
import type { Diagnostic } from '../core/diagnostic.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type SchemaIssue, schemaIssues, unknownKeys } from '../core/schema-issues.ts';
import type { Source } from '../core/source.ts';
import type { BuildSettings, Located, Section, Template } from '../core/template.ts';
import { seconds } from '../core/value-schemas.ts';
import { YamlDocument } from './document.ts';
import { templateSchema, type WrittenTemplate } from './schema.ts';
import { shown } from './spack-cursor.ts';
import { parseSpackSpec, specOf } from './spack-spec.ts';

/** Where templates live, and what their names are. */
export interface TemplateNaming {
  nameOf(file: string): TemplateName;
  /** The workspace path of what `path` names in `file`; undefined outside of the workspace. */
  inWorkspace(path: string, file: string): string | undefined;
}

export interface ReadTemplate {
  readonly template: Template;
  readonly warnings: readonly Diagnostic[];
}

/** The template, or all that is wrong with it. */
export function readTemplate(source: Source, naming: TemplateNaming): Result<ReadTemplate, Diagnostic[]> {
  const document = new YamlDocument(source);
  const { data } = document;
  if (data === undefined) return fail([...document.diagnostics]);
  const checked = v.safeParse(templateSchema, data);
  const issues = checked.success ? [] : schemaIssues(templateSchema, checked.issues, 'a template');
  const errors = [
    ...document.diagnostics,
    ...issues.map((issue) => schemaDiagnostic(document, issue, 'error')),
    ...specProblems(document),
    ...extendsProblems(document, naming),
  ];
  if (!checked.success || errors.length > 0) return fail(errors.toSorted(byPlace));
  const unknown = unknownKeys(templateSchema, checked.output);
  const template = toTemplate(checked.output, document, naming);
  return ok({
    template,
    warnings: [
      ...unknown.map((issue) => schemaDiagnostic(document, issue, 'warning')),
      ...repeatedSpecs(template.packages),
    ],
  });
}

function toTemplate(written: WrittenTemplate, document: YamlDocument, naming: TemplateNaming): Template {
  const { file } = document;
  const parentFile = written.extends === undefined ? undefined : naming.inWorkspace(written.extends, file);
  const all = <Item, Value>(
    items: readonly Item[] | null | undefined,
    path: readonly string[],
    convert: (item: Item) => Value,
  ): Located<Value>[] => (items ?? []).map((item, index) => document.located(convert(item), path, index));
  const build = written.build ?? {};
  return {
    name: naming.nameOf(file),
    file,
    extends: parentFile === undefined ? undefined : document.located(naming.nameOf(parentFile), ['extends']),
    parentFile,
    dependsOn: all(written.depends_on, paths.dependsOn, templateName),
    packages: all(written.software?.spack_packages, paths.packages, same),
    users: all(written.users, paths.users, same),
    mounts: all(written.data?.s3_mounts, paths.mounts, (mount) => ({
      bucket: mount.bucket,
      mountPoint: mount.mount_point,
      readOnly: mount.read_only ?? false,
    })),
    scripts: all(build.scripts, paths.scripts, same),
    inputs: all(build.inputs, paths.inputs, same),
    tests: all(written.tests, paths.tests, same),
    build: settings(build, document),
    cluster: section(written.cluster, document, 'cluster'),
    compute: section(written.compute, document, 'compute'),
  };
}

const same = <Value>(value: Value): Value => value;

const paths = {
  dependsOn: ['depends_on'],
  packages: ['software', 'spack_packages'],
  users: ['users'],
  mounts: ['data', 's3_mounts'],
  scripts: ['build', 'scripts'],
  inputs: ['build', 'inputs'],
  tests: ['tests'],
} as const;

function settings(build: NonNullable<WrittenTemplate['build']>, document: YamlDocument): BuildSettings {
  const one = <Value>(key: keyof typeof build, value: Value | undefined): Located<Value> | undefined =>
    value === undefined ? undefined : document.located(value, ['build', key]);
  return {
    instanceType: one('instance_type', build.instance_type),
    spot: one('spot', build.spot),
    timeoutSeconds: one('timeout', build.timeout === undefined ? undefined : seconds(build.timeout)),
    volumeGb: one('volume_size_gb', build.volume_size_gb),
    architecture: one('arch', build.arch),
    base: one('base', build.base),
  };
}

const section = (data: unknown, document: YamlDocument, key: string): Section | undefined =>
  data === undefined || data === null
    ? undefined
    : { data, placeOf: (path) => document.place([key, ...path]) };

/** What stands at `path`, whatever the schema says of the rest. */
function at({ data }: YamlDocument, path: readonly string[]): unknown {
  let found: unknown = data;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

function extendsProblems(document: YamlDocument, naming: TemplateNaming): Diagnostic[] {
  const path = at(document, ['extends']);
  if (typeof path !== 'string' || naming.inWorkspace(path, document.file) !== undefined) return [];
  return [
    {
      severity: 'error',
      code: 'outside-workspace',
      message: `extends ${path} leads out of the workspace`,
      place: document.place(['extends']),
      cure: 'write the path of a template in the workspace, relative to this file',
    },
  ];
}

function specProblems(document: YamlDocument): Diagnostic[] {
  const specs = at(document, paths.packages);
  if (!Array.isArray(specs)) return [];
  return specs.flatMap((text: unknown, index): Diagnostic[] => {
    if (typeof text !== 'string' || text === '') return [];
    const parsed = parseSpackSpec(text);
    if (parsed.ok) return [];
    const { message, cure } = parsed.error;
    return [
      {
        severity: 'error',
        code: 'spack-spec',
        message: `${JSON.stringify(shown(text))} is not a Spack spec: ${message}`,
        place: document.place([...paths.packages, index], parsed.error.at),
        cure,
      },
    ];
  });
}

/** Within one file; what an ancestor has too is joined in silence. */
function repeatedSpecs(packages: readonly Located<string>[]): Diagnostic[] {
  const first = new Map<string, Located<string>>();
  return packages.flatMap((one): Diagnostic[] => {
    const text = specOf(one.value)?.text ?? one.value;
    const before = first.get(text);
    if (before === undefined) {
      first.set(text, one);
      return [];
    }
    return [
      {
        severity: 'warning',
        code: 'repeated-package',
        message: `${one.value} stands twice; it is installed once`,
        place: one.place,
        related: [{ message: 'first', place: before.place }],
        cure: 'take one of them out',
      },
    ];
  });
}

function schemaDiagnostic(
  document: YamlDocument,
  { path, ...issue }: SchemaIssue,
  severity: Diagnostic['severity'],
): Diagnostic {
  const place = issue.code === 'unknown-key' ? document.placeOfKey(path) : document.place(path);
  return { severity, ...issue, place };
}

function byPlace({ place: a }: Diagnostic, { place: b }: Diagnostic): number {
  const known = a !== undefined && b !== undefined && 'line' in a && 'line' in b;
  return known ? a.line - b.line || a.column - b.column : 0;
}

/** `extends` is written relative to the file that holds it, or absolute inside the workspace. */
export function workspacePath(root: string, path: string, file: string): string | undefined {
  const found = posix.isAbsolute(path)
    ? posix.relative(root, path)
    : posix.normalize(posix.join(posix.dirname(file), path));
  return found === '..' || found.startsWith('../') || found === '' ? undefined : found;
}
