/** What the templates of the workspace are made of now, for whoever compares images with them. It does not know images. */
import { type Diagnostic, InvalidInput } from '../core/diagnostic.ts';
import type { NamedParts } from '../core/fingerprint.ts';
import type { Digest, TemplateName } from '../core/ids.ts';
import { errorsOf } from '../graph/select.ts';
import type { CurrentDigests } from '../plan/images.ts';
import { namedParts } from '../plan/plan.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import { counted, placeText } from '../report/diagnostics.ts';
import { troubleText } from '../report/wording.ts';
import type { Workspace } from './context.ts';
import { recallTemplates } from './known-templates.ts';
import { pinnedBases } from './pinned-bases.ts';
import { fingerprints } from './planning.ts';
import { readCollection } from './reading.ts';
import { withInputs } from './selecting.ts';
import type { Surroundings } from './surroundings.ts';
import { CloudUnavailable } from './unavailable.ts';

/** Templates that cannot be used are left out: nothing here is an error. */
export async function currentDigests(
  around: Surroundings,
  workspace: Workspace,
  registry: ImageRegistry,
): Promise<CurrentDigests> {
  const recalled = await recallTemplates(workspace, () => Promise.resolve(registry));
  if (recalled === undefined) {
    const { parts, lacking } = await currentParts(around, workspace, registry);
    const templates = [...parts].map(
      ([digest, named]) => [digest, named.map((one) => one.template)] as const,
    );
    return { templates: new Map(templates), lacking };
  }
  const templates = new Map<Digest, TemplateName[]>();
  for (const { name, digest } of recalled.templates.values())
    templates.set(digest, [...(templates.get(digest) ?? []), name]);
  return { templates, lacking: undefined };
}

export interface CurrentParts {
  readonly parts: ReadonlyMap<Digest, readonly NamedParts[]>;
  /** Why there are templates whose digests are not known; undefined: there are none. */
  readonly lacking: string | undefined;
}

export async function currentParts(
  around: Surroundings,
  workspace: Workspace,
  registry: ImageRegistry,
): Promise<CurrentParts> {
  try {
    const { collection, inputs } = await withInputs(workspace, await readCollection(workspace));
    const bases = await pinnedBases(around, workspace, collection, () => Promise.resolve(registry));
    const each = await fingerprints(workspace, collection, { ...bases, inputs });
    return { parts: namedParts(collection.templates, new Map(each)), lacking: inShort(errorsOf(collection)) };
  } catch (error) {
    const none = new Map<Digest, NamedParts[]>();
    if (error instanceof InvalidInput) return { parts: none, lacking: inShort(error.diagnostics) };
    if (error instanceof CloudUnavailable) return { parts: none, lacking: troubleText(error.failure) };
    throw error;
  }
}

/** The first of them with its place, and how many more there are; undefined where there is none. */
function inShort([first, ...more]: readonly Diagnostic[]): string | undefined {
  if (first === undefined) return undefined;
  const { message, place } = first;
  const where = place === undefined ? '' : ` (${placeText(place)})`;
  return `${message}${where}${more.length === 0 ? '' : `, and ${counted(more.length, 'more error')}`}`;
}
