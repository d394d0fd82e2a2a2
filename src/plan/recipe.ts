/** A merged template to its recipe. It does not read anything: digests and base images are given. */
import type { Config } from '../config/config.ts';
import { byCodeUnits } from '../core/order.ts';
import type { Digest, ImageId, TemplateName } from '../core/ids.ts';
import type { Recipe, Step } from '../core/recipe.ts';
import type { BaseImage, MergedTemplate, Mount, User } from '../core/template.ts';
import type { InputIndex } from '../template/inputs.ts';
import { installOrder } from '../template/merge.ts';

export interface RecipeSources {
  readonly config: Config;
  readonly inputs: InputIndex;
  /** Digests of the templates that this one stands on; all are there before it. */
  readonly digests: ReadonlyMap<TemplateName, Digest>;
  baseImage(base: BaseImage): ImageId;
}

/** What a template without a parent stands on. */
export function baseOf(merged: MergedTemplate, config: Config): BaseImage {
  const { base, architecture } = merged.build;
  return base?.value ?? config.base[architecture?.value ?? config.builder.architecture];
}

export function recipeOf(merged: MergedTemplate, sources: RecipeSources): Recipe {
  const { config, inputs, digests } = sources;
  const { template, own, all, build } = merged;
  const parent = template.extends && digests.get(template.extends.value);
  const paths = own.inputs.flatMap(({ value }) => inputs.matches.get(value) ?? []);
  return {
    origin:
      parent === undefined
        ? { kind: 'base', image: sources.baseImage(baseOf(merged, config)) }
        : { kind: 'parent', digest: parent },
    dependsOn: template.dependsOn.flatMap(({ value }) => digests.get(value) ?? []).toSorted(byCodeUnits),
    architecture: build.architecture?.value ?? config.builder.architecture,
    volumeGb: build.volumeGb?.value ?? config.builder.volumeGb,
    packages: installOrder(own.packages),
    users: users(own.users.map(({ value }) => value)),
    mounts: mounts(own.mounts.map(({ value }) => value)),
    tests: all.tests.map(({ value }) => value),
    steps: stepsOf(merged, config).map((step) => ({
      ...step,
      scriptDigest: scriptDigest(inputs, step.script),
    })),
    inputs: [...new Set(paths)].toSorted(byCodeUnits).flatMap((path) => inputs.files.get(path) ?? []),
  };
}

const users = (list: readonly User[]): User[] => list.toSorted((a, b) => byCodeUnits(a.name, b.name));

const mounts = (list: readonly Mount[]): Mount[] =>
  list.toSorted((a, b) => byCodeUnits(a.mountPoint, b.mountPoint) || byCodeUnits(a.bucket, b.bucket));

/** In the order in which they run, which the order of a template's lists does not change, but for its own scripts and tests. */
function stepsOf({ own, all }: MergedTemplate, { steps }: Config): Step[] {
  const step = (name: string, script: string, args: readonly string[] = []): Step => ({
    name,
    script,
    arguments: args,
  });
  const people = users(own.users.map(({ value }) => value));
  const data = mounts(own.mounts.map(({ value }) => value));
  return [
    step('bootstrap', steps.bootstrap),
    ...installOrder(own.packages).map((spec) => step(`package ${spec}`, steps.package, [spec])),
    ...(people.length === 0
      ? []
      : [
          step(
            'users',
            steps.users,
            people.map(({ name, uid, gid }) => `${name}:${uid}:${gid}`),
          ),
        ]),
    ...(data.length === 0 ? [] : [step('mounts', steps.mounts, data.map(mountArgument))]),
    ...own.scripts.map(({ value }) => step(`script ${value}`, value)),
    ...all.tests.map(({ value }, index) => step(`test ${index + 1}`, steps.tests, [value])),
    step('clean-up', steps.cleanUp),
  ];
}

const mountArgument = ({ bucket, mountPoint, readOnly }: Mount): string =>
  `${bucket}:${mountPoint}${readOnly ? ':ro' : ''}`;

function scriptDigest(inputs: InputIndex, path: string): Digest {
  const file = inputs.files.get(path);
  if (file === undefined) throw new Error(`${path} was not read before the recipe was made`);
  return file.digest;
}
