/** What is known of images besides their tags: the manifest's memory, and the templates that there are now. Pure; it looks nothing up. */
import type { Listed } from '../cache/lookup.ts';
import { imagesIn, type Manifest, type ManifestEntry } from '../cache/manifest.ts';
import type { Digest, TemplateName } from '../core/ids.ts';
import { parametersOf } from '../core/parameter-name.ts';
import { globMatcher } from '../graph/pattern.ts';

export interface CurrentDigests {
  readonly templates: ReadonlyMap<Digest, readonly TemplateName[]>;
  /** Why there are templates whose digests are not known; undefined: there are none. */
  readonly lacking: string | undefined;
}

export interface KnownImage extends Listed {
  /** What the manifest remembers of this very image. */
  readonly entry: ManifestEntry | undefined;
  /** The templates that have its digest now. */
  readonly belongsTo: readonly TemplateName[];
  /** No template has its digest any more. Undefined: that is not known, or for another workspace to say, which has built or named it. */
  readonly isStale: boolean | undefined;
}

/** Images that the parameters of other workspaces name: they reuse these, and their stacks may follow them. */
const namedElsewhere = (workspace: string, { parameters = {} }: Manifest): ReadonlySet<string> =>
  new Set(
    Object.entries(parameters).flatMap(([name, known]) =>
      name.startsWith(parametersOf(workspace)) ? [] : imagesIn(known),
    ),
  );

export function knownImages(
  images: readonly Listed[],
  workspace: string,
  manifest: Manifest,
  current: CurrentDigests,
): KnownImage[] {
  const elsewhere = namedElsewhere(workspace, manifest);
  return images.map((one) => {
    const known = knownImage(one, workspace, manifest, current);
    return known.isStale === true && elsewhere.has(one.image.id) ? { ...known, isStale: undefined } : known;
  });
}

function knownImage(
  { image, record }: Listed,
  workspace: string,
  { images }: Manifest,
  current: CurrentDigests,
): KnownImage {
  if (record === undefined) return { image, record, entry: undefined, belongsTo: [], isStale: undefined };
  const remembered = images[record.digest];
  const entry = remembered?.image === image.id ? remembered : undefined;
  const belongsTo = current.templates.get(record.digest) ?? [];
  const ours = record.workspace === workspace && current.lacking === undefined;
  return { image, record, entry, belongsTo, isStale: belongsTo.length > 0 ? false : ours ? true : undefined };
}

/** All that is given must hold. */
export interface ImageFilter {
  /** A name, or a glob of names. */
  readonly template?: string | undefined;
  readonly state?: string | undefined;
  readonly workspace?: string | undefined;
  /** Age in seconds. */
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  readonly stale?: boolean;
}

/** `now`: milliseconds since the epoch. */
export function matching(
  images: readonly KnownImage[],
  { template, state, workspace, atLeast = -Infinity, atMost = Infinity, stale = false }: ImageFilter,
  now: number,
): KnownImage[] {
  const fits = template === undefined ? () => true : globMatcher(template);
  const isTemplate = (name: string): boolean => name === template || fits(name);
  return images.filter(({ image, record, isStale }) => {
    const age = ageSeconds(image.createdAt, now);
    return (
      isTemplate(record?.template ?? image.tags['TemplateName'] ?? '') &&
      (state === undefined || image.state === state) &&
      (workspace === undefined || (record?.workspace ?? image.tags['Workspace']) === workspace) &&
      (age === undefined ? atLeast === -Infinity && atMost === Infinity : age >= atLeast && age <= atMost) &&
      (!stale || isStale === true)
    );
  });
}

/** Undefined: the registry does not say when it was made. */
export function ageSeconds(createdAt: string, now: number): number | undefined {
  const made = Date.parse(createdAt);
  return Number.isNaN(made) ? undefined : Math.max(0, Math.round((now - made) / 1000));
}
