/** What is said of a build besides what happens in it: before it, and at its end. It does not know who is told. */
import { holderName } from '../../cache/lease-body.ts';
import { allLeases } from '../../cache/leases.ts';
import type { SeenManifest } from '../../cache/manifest-store.ts';
import type { Warning } from '../../core/event.ts';
import type { TemplateName } from '../../core/ids.ts';
import type { Workspace } from '../context.ts';
import type { PreparedBuild } from './build-prepare.ts';

/** What others build just now, as far as that can be read: a build would wait for it. */
export async function underWay({ config }: Workspace, { cloud, planned }: PreparedBuild): Promise<Warning[]> {
  const wanted = new Map(
    planned.plan.actions.flatMap(({ action, digest, template }) =>
      action === 'build' ? [[digest, template] as const] : [],
    ),
  );
  if (wanted.size === 0) return [];
  const leases = await allLeases(cloud.store, config.prefix, config.region, new Set(wanted.keys()));
  if (!leases.ok) return [];
  return leases.value.held.flatMap(({ digest, body: { holder, since } }) => {
    const template = wanted.get(digest);
    return template === undefined
      ? []
      : [{ code: 'under-way' as const, template, holder: holderName(holder), since }];
  });
}

type Unlisted = Extract<Warning, { code: 'images-unlisted' }>;
export const isUnlisted = (warning: Warning): warning is Unlisted => warning.code === 'images-unlisted';

/** A run enters some of what the manifest lacks itself: what a run that died had not come to. */
export const stillUnlisted = (warnings: readonly Warning[], { images }: SeenManifest): Unlisted[] => {
  const entered = new Set(Object.values(images).map(({ image }) => image));
  return warnings
    .filter(isUnlisted)
    .map((one) => ({ ...one, images: one.images.filter((image) => !entered.has(image)) }))
    .filter((one) => one.images.length > 0);
};

/** At the end, which is read first where a log is long. */
export const unusable = (templates: readonly TemplateName[]): Warning[] =>
  templates.length === 0 ? [] : [{ code: 'templates-unusable', templates }];
