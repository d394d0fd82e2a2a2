/** One file's text to a Template. It does not know whether what the template names exists. */
import * as v from 'valibot';
import { credentialCode, credentialsIn, credentialWords, findCredential } from '../core/credentials.ts';
import { type Diagnostic, errorOf } from '../core/diagnostic.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type SchemaIssue, schemaIssues, unknownKeys } from '../core/schema-issues.ts';
import type { Source } from '../core/source.ts';
import type { BuildSettings, Located, RequestedPackage, Template, TemplateLinks } from '../core/template.ts';
import { line, listOf, plainPath, seconds } from '../core/value-schemas.ts';
import { valueAt, YamlDocument } from './document.ts';
import { repeatedPackages, repeatedTemplates, repeatedWork } from './repeated.ts';
import { templateSchema, type WrittenTemplate } from './schema.ts';
import { shown } from './spack-cursor.ts';
import { readablePart } from './readable.ts';
import { firstOf } from './told.ts';
import { unreadable } from './yaml.ts';
import { parseSpackSpec } from './spack-spec.ts';

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

/** What is good in a template with errors. */
export interface ReadableTemplate extends Template {
  /** Whether all of its packages could be read. */
  readonly hasAllPackages: boolean;
}

export interface BrokenTemplate {
  /** Errors and warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** As far as it can be read; undefined where the text is not YAML. */
  readonly rest: ReadableTemplate | undefined;
}

/** The template, or what is wrong with it. `identity`: of the file that the text is from. */
export function readTemplate(
  source: Source,
  naming: TemplateNaming,
  identity?: string,
): Result<ReadTemplate, BrokenTemplate> {
  const document = new YamlDocument(source);
  const { data, diagnostics } = document.read();
  if (data === undefined) return fail({ diagnostics, rest: undefined });
  const checked = v.safeParse(templateSchema, data);
  const specs = readSpecs(data, document);
  const link = readLink(data, document, naming);
  const found = checked.success ? [] : checked.issues.filter((issue) => !isOfUnreadable(issue));
  const issues = schemaIssues(templateSchema, found, 'a template');
  const errors = [
    diagnostics.map((one) => () => one),
    issues.map((issue) => () => schemaDiagnostic(document, issue, 'error')),
    specs.problems,
    link.problems,
    credentialProblems(source, data, document),
  ].flat();
  const written = readLinks(data, link.parentFile, document, naming);
  const links = withoutParent(written);
  const unknown = unknownKeys(templateSchema, {
    cluster: valueAt(data, paths.cluster),
    compute: valueAt(data, paths.compute),
  }).map((issue) => () => schemaDiagnostic(document, issue, 'warning'));
  const warnings = [
    firstOf(unknown, source.file, 'warning'),
    repeatedPackages(specs.packages),
    repeatedTemplates(written),
  ].flat();
  const others = { packages: specs.packages, identity };
  if (!checked.success || errors.length > 0) {
    const wrong = (checked.issues ?? []).map(({ path = [] }) => path.map(({ key }) => key));
    const readable = readablePart(data, [...wrong, ...issues.map(({ path }) => path)]);
    const rest = toTemplate(readable, links, others, document);
    const hasAllPackages = specs.problems.length === 0 && !wrong.some(([key]) => key === 'software');
    return fail({
      diagnostics: [...firstOf(errors, source.file), ...warnings, ...repeatedWork(rest)],
      rest: { ...rest, hasAllPackages },
    });
  }
  const template = toTemplate(checked.output, links, others, document);
  return ok({ template, warnings: [...warnings, ...repeatedWork(template)] });
}

const isOfUnreadable = ({ input, path, issues }: v.BaseIssue<unknown>): boolean =>
  input === unreadable ||
  path?.some((part) => part.input === unreadable) === true ||
  issues?.some(isOfUnreadable) === true;

function toTemplate(
  written: WrittenTemplate,
  links: TemplateLinks,
  { packages, identity }: Pick<Template, 'packages' | 'identity'>,
  document: YamlDocument,
): Template {
  const all = <Item, Value>(
    items: readonly Item[] | null | undefined,
    path: readonly string[],
    convert: (item: Item) => Value,
  ): readonly Located<Value>[] =>
    items?.map((item, index) => document.located(convert(item), path, index)) ?? none;
  const build = written.build ?? {};
  return {
    // One literal: there are many templates, and a spread makes each slower.
    name: links.name,
    file: links.file,
    identity,
    extends: links.extends,
    parentFile: links.parentFile,
    dependsOn: links.dependsOn,
    packages,
    users: all(written.users, paths.users, same),
    mounts: all(written.data?.s3_mounts, paths.mounts, (mount) => ({
      bucket: mount.bucket,
      mountPoint: mount.mount_point,
      readOnly: mount.read_only ?? false,
    })),
    scripts: all(build.scripts, paths.scripts, plainPath),
    inputs: all(build.inputs, paths.inputs, plainPath),
    tests: all(written.tests, paths.tests, same),
    build: settings(build, document),
    cluster: isThere(written.cluster) ? document.section(paths.cluster) : undefined,
    compute: isThere(written.compute) ? document.section(paths.compute) : undefined,
  };
}

const same = <Value>(value: Value): Value => value;
const isThere = (value: unknown): boolean => value !== undefined && value !== null;

// Shared by all: there are many templates.
const none: readonly never[] = [];
const paths = {
  extends: ['extends'],
  dependsOn: ['depends_on'],
  packages: ['software', 'spack_packages'],
  users: ['users'],
  mounts: ['data', 's3_mounts'],
  scripts: ['build', 'scripts'],
  inputs: ['build', 'inputs'],
  tests: ['tests'],
  cluster: ['cluster'],
  compute: ['compute'],
  instanceTypes: ['build', 'instance_type'],
  spot: ['build', 'spot'],
  timeout: ['build', 'timeout'],
  volumeGb: ['build', 'volume_size_gb'],
  architecture: ['build', 'arch'],
  base: ['build', 'base'],
} as const;

function settings(build: NonNullable<WrittenTemplate['build']>, document: YamlDocument): BuildSettings {
  const one = <Written, Value>(
    path: readonly string[],
    value: Written | undefined,
    convert: (value: Written) => Value,
  ): Located<Value> | undefined => (value === undefined ? undefined : document.located(convert(value), path));
  return {
    instanceTypes: one(paths.instanceTypes, build.instance_type, listOf),
    spot: one(paths.spot, build.spot, same),
    timeoutSeconds: one(paths.timeout, build.timeout, seconds),
    volumeGb: one(paths.volumeGb, build.volume_size_gb, same),
    architecture: one(paths.architecture, build.arch, same),
    base: one(paths.base, build.base, same),
    secrets: secretsOf(build, document),
  };
}

function secretsOf(
  { secrets }: NonNullable<WrittenTemplate['build']>,
  document: YamlDocument,
): BuildSettings['secrets'] {
  if (secrets === undefined || secrets === null) return undefined;
  const each = Object.entries(secrets).map(
    ([name, parameter]) => [name, document.located(parameter, ['build', 'secrets', name])] as const,
  );
  return new Map(each);
}

/** Hardly any template has one, and the text as a whole tells that at once. */
function credentialProblems({ text }: Source, data: unknown, document: YamlDocument): (() => Diagnostic)[] {
  if (findCredential(text) === undefined) return [];
  return credentialsIn(data).map(
    ({ what, path, at: offset }) =>
      () =>
        errorOf(credentialCode, { ...credentialWords(what), place: document.place(path, offset) }),
  );
}

/** The template that it extends, which the schema has not seen yet. */
function readLink(
  data: unknown,
  document: YamlDocument,
  naming: TemplateNaming,
): {
  readonly parentFile: string | undefined;
  readonly problems: readonly (() => Diagnostic)[];
} {
  const path = valueAt(data, paths.extends);
  if (typeof path !== 'string' || !v.is(line, path)) return { parentFile: undefined, problems: none };
  const parentFile = naming.inWorkspace(path, document.file);
  if (parentFile !== undefined) return { parentFile, problems: none };
  const outside = (): Diagnostic => ({
    severity: 'error',
    code: 'outside-workspace',
    message: `extends ${path} leads out of the workspace`,
    place: document.place(paths.extends),
    cure: 'write the path of a template in the workspace, relative to this file',
  });
  return { parentFile, problems: [outside] };
}

/** What it stands on, whatever the schema says of the rest. */
function readLinks(
  data: unknown,
  parentFile: string | undefined,
  document: YamlDocument,
  naming: TemplateNaming,
): TemplateLinks {
  const { file } = document;
  const written = valueAt(data, paths.dependsOn);
  const dependsOn = (Array.isArray(written) ? written : none).flatMap((name: unknown, index) =>
    typeof name === 'string' && v.is(line, name)
      ? document.located(templateName(name), paths.dependsOn, index)
      : [],
  );
  return {
    name: naming.nameOf(file),
    file,
    extends:
      parentFile === undefined ? undefined : document.located(naming.nameOf(parentFile), paths.extends),
    parentFile,
    dependsOn: dependsOn.length === 0 ? none : dependsOn,
  };
}

/** What it extends need not be named once more: that would be another digest for the same image. */
const withoutParent = (links: TemplateLinks): TemplateLinks =>
  links.dependsOn.some(({ value }) => value === links.extends?.value)
    ? { ...links, dependsOn: links.dependsOn.filter(({ value }) => value !== links.extends?.value) }
    : links;

/** Every text that stands where a spec is expected, also where the schema has something to say of the others. */
function readSpecs(
  data: unknown,
  document: YamlDocument,
): {
  readonly packages: readonly Located<RequestedPackage>[];
  readonly problems: readonly (() => Diagnostic)[];
} {
  const written = valueAt(data, paths.packages);
  const packages: Located<RequestedPackage>[] = [];
  const problems: (() => Diagnostic)[] = [];
  for (const [index, text] of (Array.isArray(written) ? written : []).entries()) {
    if (typeof text !== 'string' || text === '') continue;
    const parsed = parseSpackSpec(text);
    if (parsed.ok) {
      const { text: spec, package: full, version } = parsed.value;
      const name = full.slice(full.lastIndexOf('.') + 1);
      packages.push(document.located({ written: text, spec, name, version }, paths.packages, index));
      continue;
    }
    const { message, at: offset, cure } = parsed.error;
    problems.push(() => ({
      severity: 'error',
      code: 'spack-spec',
      message: `${JSON.stringify(shown(text))} is not a Spack spec: ${message}`,
      place: document.place([...paths.packages, index], offset),
      cure,
    }));
  }
  return { packages, problems };
}

function schemaDiagnostic(
  document: YamlDocument,
  { path, ...issue }: SchemaIssue,
  severity: Diagnostic['severity'],
): Diagnostic {
  const place = issue.code === 'unknown-key' ? document.placeOfKey(path) : document.place(path);
  return { severity, ...issue, place };
}
