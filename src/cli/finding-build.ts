/** Finds the build that a word of the command line means, and what became of it. It does not know its logs. */
import { parseLease } from '../cache/lease-body.ts';
import { leaseKey, leasePrefix } from '../cache/lease-keys.ts';
import { allLeases } from '../cache/leases.ts';
import { lookUp, newestImages } from '../cache/lookup.ts';
import { buildTag, recordOf } from '../cache/tags.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import { type Digest, parseDigest, type TemplateName, templateName } from '../core/ids.ts';
import {
  buildIdForm,
  buildOfImage,
  buildOfLease,
  type KnownBuild,
  newestBuild,
} from '../plan/meant-build.ts';
import { noBuild, unknownBuilds } from '../report/logs.ts';
import type { Cloud, Workspace } from './context.ts';
import { currentDigests } from './current-templates.ts';
import type { Surroundings } from './surroundings.ts';
import { must } from './unavailable.ts';

/** `word`: a template's name, or the id of a build, of which nothing but its logs may be left. Throws InvalidInput where it is no name. */
export async function findBuild(
  around: Surroundings,
  workspace: Workspace,
  cloud: Cloud,
  word: string,
): Promise<KnownBuild | string> {
  if (buildIdForm.test(word)) return (await buildById(workspace, cloud, word)) ?? word;
  const { config } = workspace;
  const { templates, lacking } = await currentDigests(around, workspace, cloud.registry);
  const names = new Map<string, Digest>();
  for (const [digest, named] of templates) for (const name of named) names.set(name, digest);
  const digest = names.get(word);
  const current = digest === undefined ? undefined : await buildOfDigest(workspace, cloud, digest);
  const build = current ?? (await buildOfOtherDigest(workspace, cloud, templateName(word)));
  if (build !== undefined) return build;
  throw new InvalidInput([
    digest === undefined
      ? unknownBuilds(word, [...names.keys()] as TemplateName[], lacking)
      : noBuild(word, config.region),
  ]);
}

/** Of what the template is now: the build that goes on or has failed, else the one that made the image. */
async function buildOfDigest(
  { config: { prefix, region } }: Workspace,
  { store, registry }: Cloud,
  digest: Digest,
): Promise<KnownBuild | undefined> {
  const stored = must(await store.get(leaseKey(prefix, region, digest)));
  const body = stored && parseLease(stored.text);
  const build = body && buildOfLease(digest, body);
  if (build !== undefined) return build;
  const found = must(await lookUp(registry, [digest])).found.get(digest) ?? [];
  const image = found.find((one) => one.image.state === 'available') ?? found[0];
  return image && buildOfImage(image);
}

/** Of what it was before. */
async function buildOfOtherDigest(
  { config: { prefix, region, workspace } }: Workspace,
  { store, registry }: Cloud,
  name: TemplateName,
): Promise<KnownBuild | undefined> {
  const [leases, images] = await Promise.all([
    allLeases(store, prefix, region),
    newestImages(registry, workspace, [name]),
  ]);
  const { held, free } = must(leases);
  const image = must(images).get(name);
  const builds = [...held, ...free].flatMap(({ digest, body }) => buildOfLease(digest, body) ?? []);
  return newestBuild([
    ...builds.filter(({ template }) => template === name),
    ...(image === undefined ? [] : [buildOfImage(image)]),
  ]);
}

/** What is known of it now; undefined: neither its lease nor an image tells of it any more. */
export async function buildById(
  { config: { prefix, region } }: Pick<Workspace, 'config'>,
  { store, registry }: Pick<Cloud, 'store' | 'registry'>,
  buildId: string,
): Promise<KnownBuild | undefined> {
  const below = leasePrefix(prefix, region);
  const start = buildIdForm.exec(buildId)?.[1] ?? '';
  for (const key of must(await store.list(`${below}${start}`))) {
    const digest = parseDigest(key.slice(below.length, -'.json'.length));
    const stored = must(await store.get(key));
    const body = stored && parseLease(stored.text);
    const build = digest && body && buildOfLease(digest, body);
    if (build?.buildId === buildId) return build;
  }
  const images = must(await registry.findByTag(buildTag, [buildId]));
  for (const image of images) {
    const record = recordOf(image);
    if (record?.buildId === buildId) return buildOfImage({ image, record });
  }
  return undefined;
}
