/** What an image is made of, with all that it stands on. Pure; it looks nothing up. */
import type { NamedParts } from '../core/fingerprint.ts';
import { type Digest, imageId, parseDigest, type TemplateName } from '../core/ids.ts';
import type { Outlined } from './plan.ts';

/** What one image of a chain has of its own. */
export interface Link {
  readonly digest: Digest;
  readonly template: TemplateName;
  /** Spack specs; undefined: what it was made of is not known, nor what it stood on. */
  readonly packages: readonly string[] | undefined;
}

export interface Chain {
  /** Itself and then what it stands on. */
  readonly links: readonly Link[];
  /** The base image on which the last stands; undefined: that is not known. */
  readonly base: string | undefined;
}

/** `known`: the parts by digest, as far as they are known. */
export function chainOf(
  template: TemplateName,
  digest: Digest,
  known: ReadonlyMap<Digest, readonly NamedParts[]>,
): Chain {
  const links: Link[] = [];
  let base: string | undefined;
  let next: Named | undefined = { template, digest };
  while (next !== undefined) {
    const made = madeOf(next, known);
    const { packages, ...stoodOn } = partsOf(made);
    links.push({ ...next, packages });
    base = stoodOn.base;
    const above: TemplateName = made?.parent ?? next.template;
    next = stoodOn.parent === undefined ? undefined : { template: above, digest: stoodOn.parent };
  }
  return { links, base };
}

type Named = Pick<Link, 'template' | 'digest'>;

/** Several templates may have one digest. */
function madeOf(
  { template, digest }: Named,
  known: ReadonlyMap<Digest, readonly NamedParts[]>,
): NamedParts | undefined {
  const all = known.get(digest) ?? [];
  return all.find((one) => one.template === template) ?? all[0];
}

interface Parts extends Pick<Link, 'packages'>, Pick<Chain, 'base'> {
  readonly parent: Digest | undefined;
}

function partsOf(made: NamedParts | undefined): Parts {
  if (made === undefined) return { packages: undefined, base: undefined, parent: undefined };
  const valuesOf = (part: 'base image' | 'parent' | 'package'): string[] =>
    made.parts.flatMap(([what, value]) => (what === part ? [value] : []));
  return {
    packages: valuesOf('package'),
    base: valuesOf('base image')[0],
    parent: parseDigest(valuesOf('parent')[0]),
  };
}

/** What decides about the image of each template. */
export function outlinesOf(known: ReadonlyMap<Digest, readonly NamedParts[]>): Map<TemplateName, Outlined> {
  const outlines = new Map<TemplateName, Outlined>();
  for (const [digest, all] of known) {
    for (const made of all) {
      const { base } = partsOf(made);
      const baseImage = base === undefined ? null : imageId(base);
      outlines.set(made.template, { digest, parent: made.parent, baseImage });
    }
  }
  return outlines;
}
