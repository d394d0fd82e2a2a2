/** Whether what a build begins with can be launched: it exists, is available and has the right architecture. It does not know where its id comes from. */
import type { ImageId, TemplateName } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import type { Architecture } from '../core/template.ts';

/** Who is to stand on it. */
interface Standing {
  readonly template: TemplateName;
  readonly architecture: Architecture;
}

export interface BaseProblem {
  readonly kind: 'missing' | 'state' | 'architecture';
  readonly message: string;
}

export function baseProblem(
  id: ImageId,
  found: RegisteredImage | undefined,
  region: string,
  standing: readonly Standing[],
): BaseProblem | undefined {
  // AWS does not tell apart what is in another Region, another account's, and nowhere.
  if (found === undefined)
    return { kind: 'missing', message: `there is no ${id} in ${region} that this account may use` };
  if (found.state !== 'available')
    return { kind: 'state', message: `${id} is ${found.state}, and not available` };
  const other = standing.find(({ architecture }) => architecture !== found.architecture);
  if (other === undefined) return undefined;
  return {
    kind: 'architecture',
    message: `${id} is for ${found.architecture ?? 'another architecture'}, and ${other.template}, which would stand on it, for ${other.architecture}`,
  };
}
