/** A merged template to its recipe. It does not read anything: digests and base images are given. */
import type { Config } from '../config/config.ts';
import { settledBase } from '../core/base.ts';
import { byCodeUnits } from '../core/order.ts';
import type { Digest, ImageId, TemplateName } from '../core/ids.ts';
import type { Recipe } from '../core/recipe.ts';
import type { Architecture, BaseImage, Located, MergedTemplate, Mount, User } from '../core/template.ts';
import type { InputIndex } from '../template/inputs.ts';
import { installOrder } from '../template/merge.ts';

export interface RecipeSources {
  readonly config: Config;
  readonly inputs: InputIndex;
  /** Digests of the templates that this one stands on; all are there before it. */
  readonly digests: ReadonlyMap<TemplateName, Digest>;
  baseImage(base: BaseImage): ImageId;
}

export const architectureOf = ({ build }: MergedTemplate, { builder }: Config): Architecture =>
  build.architecture?.value ?? builder.architecture;

/** What a template without a parent stands on. */
export function baseOf(merged: MergedTemplate, config: Config): BaseImage {
  const architecture = architectureOf(merged, config);
  return settledBase(merged.build.base?.value ?? config.base[architecture], architecture);
}

/** Patterns of the files that an image's digest covers: the template's own, and those of the steps that its build runs. */
export function inputPatternsOf({ own, all }: MergedTemplate, { steps }: Config): string[] {
  const used = [
    steps.bootstrap,
    ...(own.packages.length > 0 ? [steps.package] : []),
    ...(own.users.length > 0 ? [steps.users] : []),
    ...(own.mounts.length > 0 ? [steps.mounts] : []),
    ...(all.tests.length > 0 ? [steps.tests] : []),
    steps.cleanUp,
  ];
  return [...own.inputs.map(({ value }) => value), ...used.flatMap(({ inputs }) => inputs)];
}

export function recipeOf(merged: MergedTemplate, sources: RecipeSources): Recipe {
  const { config, inputs, digests } = sources;
  const { template, own, all, build } = merged;
  const parent = template.extends && digests.get(template.extends.value);
  const paths = inputPatternsOf(merged, config).flatMap((pattern) => inputs.matches.get(pattern) ?? []);
  const packages = installOrder(own.packages);
  const people = valuesOf(own.users).toSorted((a, b) => byCodeUnits(a.name, b.name));
  const data = valuesOf(own.mounts).toSorted(
    (a, b) => byCodeUnits(a.mountPoint, b.mountPoint) || byCodeUnits(a.bucket, b.bucket),
  );
  const tests = valuesOf(all.tests);
  const scripts = valuesOf(own.scripts);
  return {
    origin:
      parent === undefined
        ? { kind: 'base', image: sources.baseImage(baseOf(merged, config)) }
        : { kind: 'parent', digest: parent },
    // A set: templates of one digest have one image.
    dependsOn: [...new Set(template.dependsOn.flatMap(({ value }) => digests.get(value) ?? []))].toSorted(
      byCodeUnits,
    ),
    architecture: architectureOf(merged, config),
    volumeGb: build.volumeGb?.value ?? config.builder.volumeGb,
    packages,
    users: people,
    mounts: data,
    tests,
    steps: stepsOf({ packages, users: people, mounts: data, scripts, tests }, config.steps, inputs),
    inputs: [...new Set(paths)].toSorted(byCodeUnits).flatMap((path) => inputs.files.get(path) ?? []),
    secrets: [...(build.secrets ?? [])]
      .map(([name, { value }]) => ({ name, parameter: value }))
      .toSorted((a, b) => byCodeUnits(a.name, b.name)),
  };
}

const valuesOf = <Value>(items: readonly Located<Value>[]): Value[] => items.map(({ value }) => value);

type Work = Pick<Recipe, 'packages' | 'users' | 'mounts' | 'tests'> & { readonly scripts: readonly string[] };

/** In the order in which they run, which the order of a template's lists does not change, but for its own scripts and tests. */
function stepsOf(work: Work, steps: Config['steps'], inputs: InputIndex): Recipe['steps'] {
  const found: Recipe['steps'][number][] = [];
  const add = (name: string, script: string, args: readonly string[] = []): void => {
    found.push({ name, script, arguments: args, scriptDigest: scriptDigest(inputs, script) });
  };
  add('bootstrap', steps.bootstrap.script);
  for (const spec of work.packages) add(`package ${spec}`, steps.package.script, [spec]);
  if (work.users.length > 0) add('users', steps.users.script, work.users.map(userArgument));
  if (work.mounts.length > 0) add('mounts', steps.mounts.script, work.mounts.map(mountArgument));
  for (const path of work.scripts) add(`script ${path}`, path);
  for (const [index, command] of work.tests.entries())
    add(`test ${index + 1}`, steps.tests.script, [command]);
  add('clean-up', steps.cleanUp.script);
  return found;
}

const userArgument = ({ name, uid, gid }: User): string => `${name}:${uid}:${gid}`;
const mountArgument = ({ bucket, mountPoint, readOnly }: Mount): string =>
  `${bucket}:${mountPoint}${readOnly ? ':ro' : ''}`;

function scriptDigest(inputs: InputIndex, path: string): Digest {
  const file = inputs.files.get(path);
  if (file === undefined) throw new Error(`${path} was not read before the recipe was made`);
  return file.digest;
}
