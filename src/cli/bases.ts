/** The base images that templates stand on, and what each of them is in the cloud today. It does not know pins, nor digests. */
import { baseKey } from '../core/base.ts';
import { type Diagnostic, errorOf, InvalidInput } from '../core/diagnostic.ts';
import { type ImageId, imageId } from '../core/ids.ts';
import { officialImage, officialNames, officialVersions } from '../core/parallelcluster.ts';
import type { BaseImage, MergedTemplate, ParallelClusterBase } from '../core/template.ts';
import type { Config } from '../config/config.ts';
import type { Collection } from '../graph/collection.ts';
import { baseOf } from '../plan/recipe.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import { must } from './unavailable.ts';

/** A base, and who stands directly on it. */
export interface UsedBase {
  readonly base: BaseImage;
  readonly templates: readonly [MergedTemplate, ...MergedTemplate[]];
}

/** By their keys, in the order of the templates. */
export function usedBases({ templates }: Collection, config: Config): Map<string, UsedBase> {
  const used = new Map<string, { base: BaseImage; templates: [MergedTemplate, ...MergedTemplate[]] }>();
  for (const merged of templates.values()) {
    if (merged.template.extends !== undefined) continue;
    const base = baseOf(merged, config);
    const key = baseKey(base);
    const known = used.get(key);
    if (known === undefined) used.set(key, { base, templates: [merged] });
    else known.templates.push(merged);
  }
  return used;
}

/** Where the base was written. */
export const placeOfBase = ({ templates: [first] }: UsedBase): NonNullable<Diagnostic['place']> =>
  first.build.base?.place ?? { file: 'amifile.ts' };

/** What a base stands for at the time `now`. Throws InvalidInput where AWS publishes no such image. */
export async function resolveBase(used: UsedBase, registry: ImageRegistry, now: number): Promise<ImageId> {
  const { base } = used;
  if ('ami' in base) return imageId(base.ami);
  if ('ssm' in base) return parameterImage(used, base.ssm, registry);
  const image = officialImage(must(await registry.findPublished(officialNames(base))), now);
  if (image !== undefined) return image.id;
  const others = must(await registry.findPublished(officialNames({ ...base, parallelcluster: '*' })));
  throw new InvalidInput([
    errorOf('no-official-image', {
      message: `AWS publishes no image of ${baseKey(base)} in this Region`,
      place: placeOfBase(used),
      cure: otherVersions(base, officialVersions(others)),
    }),
  ]);
}

/** What the parameter holds; one that is not there, or holds no image, is a mistake of who wrote the base. */
async function parameterImage(used: UsedBase, name: string, registry: ImageRegistry): Promise<ImageId> {
  const answer = await registry.resolveParameter(name);
  const wrong = ['ParameterNotFound', 'ParameterVersionNotFound', 'ValidationException', 'NotAnImage'];
  if (answer.ok || !wrong.includes(answer.error.awsCode)) return must(answer);
  const { awsCode, message } = answer.error;
  throw new InvalidInput([
    errorOf('base-parameter', {
      message:
        awsCode === 'ParameterNotFound'
          ? `there is no SSM parameter ${name} in this Region`
          : `the SSM parameter ${name} cannot be used: ${message}`,
      place: placeOfBase(used),
      cure: 'name a parameter that holds the id of an AMI, or the AMI itself as { ami: "ami-..." }',
    }),
  ]);
}

const otherVersions = ({ os, arch }: ParallelClusterBase, versions: readonly string[]): string =>
  versions.length === 0
    ? `there are none for ${os} on ${arch}; take another os, or make one of your own and name it as { ami: "ami-..." }`
    : `for ${os} on ${arch} there are: ${versions.join(', ')}`;
