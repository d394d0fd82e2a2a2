/** The parameter that says which image is a template's latest, for stacks and launch templates to follow. It does not know how images come to be. */
import type { Lease } from '../cache/lease.ts';
import { newestEntries } from '../cache/manifest.ts';
import { type ImageId, imageId, type TemplateName } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import type { NamedImage } from '../ports/image-registry.ts';
import { attempt } from './attempt.ts';
import { type ExecuteContext, outageMs, patience } from './context.ts';

const minute = 60_000;

/** `/amigraph/hpc/md/gromacs/latest`. SSM takes letters, digits, dots, dashes and underscores. */
const latestName = (workspace: string, template: TemplateName): string =>
  ['', 'amigraph', workspace, ...template.split('/'), 'latest']
    .map((part) => part.replaceAll(/[^A-Za-z0-9_.-]/g, '-'))
    .join('/');

/**
 * Resolves once it is written; `taken`, once EC2 has taken it. Neither ever fails: what goes wrong is a warning, and the image
 * is good without. `lease`: that of its build, without which another image may have been named since.
 */
export async function nameLatest(
  ctx: ExecuteContext,
  template: TemplateName,
  image: ImageId,
  lease?: Lease,
): Promise<{ readonly taken: Promise<void> }> {
  const parameter = latestName(ctx.workspace, template);
  const written = await attempt(ctx, () => ctx.registry.nameImage(parameter, image), {
    signal: ctx.interrupted,
    withinMs: outageMs,
    ...(lease && { still: () => lease.confirm() }),
  });
  if (written.ok) return { taken: isTaken(ctx, parameter, written.value) };
  if (written.error.code !== 'interrupted')
    ctx.emit({ type: 'warning', code: 'latest-not-named', parameter, image, cause: written.error });
  return { taken: Promise.resolve() };
}

/** A write is answered before EC2 has looked at it. One that came after it will do as well. */
async function isTaken(ctx: ExecuteContext, parameter: string, written: NamedImage): Promise<void> {
  const seen = await ctx.poller.watch({
    look: ctx.looks.named,
    id: parameter,
    what: `parameter ${parameter} to name ${written.image}`,
    until: (view) => view !== undefined && (view.image === written.image || view.version > written.version),
    withinMs: patience(ctx.pace, 5 * minute),
    signal: ctx.interrupted,
  });
  if (seen.ok || seen.error.code === 'interrupted') return;
  ctx.emit({
    type: 'warning',
    code: 'latest-not-named',
    parameter,
    image: imageId(written.image),
    cause: seen.error,
  });
}

/**
 * For templates that are as they were before: their images are reused, and the parameters name what was built since.
 * The manifest tells which these may be, so that nobody is asked where nothing was taken back.
 */
export async function nameReused(ctx: ExecuteContext, { actions }: Plan): Promise<void> {
  const newest = newestEntries(ctx.listed);
  const wanted = new Map<string, { readonly template: TemplateName; readonly image: ImageId }>();
  for (const { action, template, digest, image } of actions) {
    const last = newest.get(template);
    if (action !== 'reuse' || last === undefined || image === null || last.image === image) continue;
    if (last.builtAt > (ctx.listed[digest]?.builtAt ?? ''))
      wanted.set(latestName(ctx.workspace, template), { template, image });
  }
  if (ctx.readOnly || wanted.size === 0) return;
  const named = await ctx.registry.namedImages([...wanted.keys()]);
  if (!named.ok) return;
  await Promise.all(
    [...wanted].map(async ([parameter, { template, image }]) => {
      // Where there is none, nobody follows it.
      const now = named.value.get(parameter)?.image;
      if (now !== undefined && now !== image) await (await nameLatest(ctx, template, image)).taken;
    }),
  );
}
