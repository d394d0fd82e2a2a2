/** The parameter that says which image is a template's latest, for stacks and launch templates to follow. It does not know how images come to be. */
import type { Lease } from '../cache/lease.ts';
import type { Parameters } from '../cache/manifest.ts';
import { enterParameters } from '../cache/manifest-store.ts';
import { type ImageId, imageId, type TemplateName } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import type { NamedImage } from '../ports/image-registry.ts';
import { attempt } from './attempt.ts';
import { type ExecuteContext, outageMs, patience } from './context.ts';

const minute = 60_000;

/**
 * `/amigraph/hpc/md/gromacs/latest`. SSM takes letters, digits, dots, dashes and underscores: what else is in a name stands
 * there as `_x2B_`, by its code point, so that no two templates have one parameter.
 */
const latestName = (workspace: string, template: TemplateName): string =>
  ['', 'amigraph', workspace, ...template.split('/'), 'latest']
    .map((part) => part.replaceAll(/_(?=x[0-9A-F]+_)|[^A-Za-z0-9_.-]/gu, escaped))
    .join('/');

const escaped = (sign: string): string => `_x${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase()}_`;

/** A parameter that was to name an image. */
interface Naming {
  /** What it says now; nothing where it was not written. */
  readonly said: Parameters;
  /** Once EC2 has taken it. */
  readonly taken: Promise<void>;
}

/**
 * Resolves once it is written. Never fails, nor does `taken`: what goes wrong is a warning, and the image
 * is good without. `lease`: that of its build, without which another image may have been named since.
 */
export async function nameLatest(
  ctx: ExecuteContext,
  template: TemplateName,
  image: ImageId,
  lease?: Lease,
): Promise<Naming> {
  const parameter = latestName(ctx.workspace, template);
  const written = await attempt(ctx, () => ctx.registry.nameImage(parameter, image), {
    signal: ctx.interrupted,
    withinMs: outageMs,
    ...(lease && { still: () => lease.confirm() }),
  });
  if (written.ok)
    return { said: { [parameter]: written.value }, taken: isTaken(ctx, parameter, written.value) };
  if (written.error.code !== 'interrupted')
    ctx.emit({ type: 'warning', code: 'latest-not-named', parameter, image, cause: written.error });
  return { said: {}, taken: Promise.resolve() };
}

/** The same for an image that is entered under another template's name. */
export async function nameShared(ctx: ExecuteContext, template: TemplateName, image: ImageId): Promise<void> {
  const { said, taken } = await nameLatest(ctx, template, image);
  await enterParameters(ctx.manifest, said);
  await taken;
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

/** Of parameters of which the manifest tells nothing, so many are asked for in one run. */
const mostUnknown = 100;

/**
 * For templates whose images are reused: after a change was taken back or made again, a template took another one's place,
 * or another workspace built its image. The manifest tells what the parameters say, so that nobody is asked where nothing changed.
 */
export async function nameReused(ctx: ExecuteContext, { actions }: Plan): Promise<void> {
  const wanted = new Map<string, { readonly template: TemplateName; readonly image: ImageId }>();
  const unknown = new Set<string>();
  for (const { action, template, digest, image } of actions) {
    if (action !== 'reuse') continue;
    const parameter = latestName(ctx.workspace, template);
    const known = ctx.parameters[parameter];
    if (known?.image === image) continue;
    if (known === undefined) {
      // What is in no manifest would be asked for by every run.
      if (ctx.listed[digest]?.image !== image || unknown.size === mostUnknown) continue;
      unknown.add(parameter);
    }
    wanted.set(parameter, { template, image });
  }
  if (ctx.readOnly || wanted.size === 0) return;
  const there = await ctx.registry.namedImages([...wanted.keys()]);
  if (!there.ok) return;
  const named: Naming[] = [];
  for (const [parameter, { template, image }] of wanted) {
    const now = there.value.get(parameter);
    const one =
      now?.image === image
        ? { said: { [parameter]: now }, taken: Promise.resolve() }
        : await nameLatest(ctx, template, image);
    named.push(one);
    // The warning is the same for all others.
    if (Object.keys(one.said).length === 0) break;
  }
  await Promise.all(named.map(({ taken }) => taken));
  await enterParameters(ctx.manifest, Object.fromEntries(named.flatMap(({ said }) => Object.entries(said))));
}
