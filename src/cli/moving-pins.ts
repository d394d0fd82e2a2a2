/** Pins beside what their bases stand for now, and pins moved there. It does not know how either is shown. */
import {
  type ComparedBase,
  findPin,
  type Pin,
  type PinMove,
  pinOf,
  scopeOf,
  withoutUnused,
  withPins,
} from '../config/pins.ts';
import { type Diagnostic, errorOf, InvalidInput } from '../core/diagnostic.ts';
import { didYouMean } from '../core/nearest.ts';
import { byCodeUnits } from '../core/order.ts';
import type { Collection } from '../graph/collection.ts';
import { errorsOf } from '../graph/select.ts';
import { resolveBase, type UsedBase, usedBases } from './bases.ts';
import { type Workspace, withRegistry } from './context.ts';
import { changePins, readPins } from './lock-file.ts';
import type { Surroundings } from './surroundings.ts';

export interface Comparison {
  readonly bases: readonly ComparedBase[];
  /** Of bases that stand for nothing: the others are compared all the same. */
  readonly diagnostics: readonly Diagnostic[];
}

/** All bases of the collection that are pinned or can be, or the one that is called `only`. Throws InvalidInput where there is none of that name. */
export async function compareBases(
  around: Surroundings,
  workspace: Workspace,
  collection: Collection,
  only?: string,
): Promise<Comparison> {
  const { config, files } = workspace;
  const pins = await readPins(files);
  const all = [...usedBases(collection, config)].filter(([, { base }]) => !('ami' in base));
  const wanted = only === undefined ? all : all.filter(([key]) => key === only);
  if (only !== undefined && wanted.length === 0)
    throw unknownBase(
      only,
      all.map(([key]) => key),
    );
  if (wanted.length === 0) return { bases: [], diagnostics: [] };
  return withRegistry(workspace, around, async (open) => {
    const registry = await open();
    const compare = async ([base, used]: readonly [string, UsedBase]): Promise<ComparedBase> => ({
      base,
      pin: findPin(pins, scopeOf(config), base),
      newest: await resolveBase(used, registry, around.clock.now()),
      standing: [
        ...collection.graph.withDescendants(used.templates.map(({ template }) => template.name)),
      ].toSorted(byCodeUnits),
    });
    const settled = await Promise.allSettled(wanted.map(compare));
    const bases = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    return {
      bases: bases.toSorted((a, b) => byCodeUnits(a.base, b.base)),
      diagnostics: settled.flatMap((one) => (one.status === 'rejected' ? diagnosticsIn(one.reason) : [])),
    };
  });
}

function diagnosticsIn(error: unknown): readonly Diagnostic[] {
  if (error instanceof InvalidInput) return error.diagnostics;
  throw error;
}

function unknownBase(said: string, keys: readonly string[]): InvalidInput {
  const known =
    keys.length === 0 ? 'no template stands on a base that is pinned' : `the bases are: ${keys.join(', ')}`;
  return new InvalidInput([
    errorOf('unknown-base', { message: `there is no base ${said}`, cure: didYouMean(said, keys) ?? known }),
  ]);
}

/** Writes what `compareBases` found, of all bases or of one; answers what that changes. */
export async function movePins(
  around: Surroundings,
  { config, files }: Workspace,
  collection: Collection,
  { bases: compared, diagnostics }: Comparison,
  only?: string,
): Promise<PinMove[]> {
  const scope = scopeOf(config);
  const moved = compared.filter(({ pin, newest }) => pin?.image !== newest);
  const newer = moved.map(({ base, newest }) => pinOf(scope, base, newest, around.clock.now()));
  const used = new Set(compared.map(({ base }) => base));
  // A template that cannot be read may stand on any base.
  const whole = only === undefined && errorsOf(collection).length + diagnostics.length === 0;
  const kept = (pins: readonly Pin[]): readonly Pin[] => (whole ? withoutUnused(pins, scope, used) : pins);
  const before = await readPins(files);
  const unused = before.filter((pin) => !kept(before).includes(pin));
  await changePins(files, (pins) => withPins(kept(pins), newer));
  return [
    ...moved.map(({ base, pin, newest }) => ({ base, from: pin?.image ?? null, to: newest })),
    ...unused.map(({ base, image }) => ({ base, from: image, to: null })),
  ];
}
