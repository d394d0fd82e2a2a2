/** A template together with all that it inherits. It does not know the graph: the parent comes merged. */
import { canonical } from '../core/digest.ts';
import { byCodeUnits } from '../core/order.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type {
  BuildSettings,
  Located,
  MergedTemplate,
  RequestedPackage,
  Template,
  TemplateLists,
} from '../core/template.ts';
import { type BuildDefaults, conflictsOf } from './conflicts.ts';

/** Lists are joined without duplicates, a child's single values win; see {@link MergedTemplate}. */
export function mergeTemplate(
  template: Template,
  parent: MergedTemplate | undefined,
  defaults: BuildDefaults,
): Result<MergedTemplate, Diagnostic[]> {
  const own = beyond(parent?.all ?? nothing, template);
  const conflicts = conflictsOf(template, own, parent, defaults);
  if (conflicts.length > 0) return fail(conflicts);
  return ok({
    template,
    parent,
    build: joinSettings(parent?.build ?? {}, template.build),
    own,
    all: parent === undefined ? own : concatenated(parent.all, own),
  });
}

const nothing: TemplateLists = { packages: [], users: [], mounts: [], scripts: [], inputs: [], tests: [] };

/** What both hold, `below` first, each thing once. Joining a chain gives the same from either end. */
export const joinLists = (below: TemplateLists, above: TemplateLists): TemplateLists =>
  concatenated(below, beyond(below, above));

export const joinSettings = (below: BuildSettings, above: BuildSettings): BuildSettings =>
  ({
    instanceTypes: above.instanceTypes ?? below.instanceTypes,
    spot: above.spot ?? below.spot,
    timeoutSeconds: above.timeoutSeconds ?? below.timeoutSeconds,
    volumeGb: above.volumeGb ?? below.volumeGb,
    architecture: above.architecture ?? below.architecture,
    base: above.base ?? below.base,
    secrets:
      below.secrets && above.secrets
        ? new Map([...below.secrets, ...above.secrets])
        : (above.secrets ?? below.secrets),
  }) satisfies Record<keyof BuildSettings, unknown>;

/** What `above` holds that `below` does not, each thing once. */
function beyond(below: TemplateLists, above: TemplateLists): TemplateLists {
  return {
    packages: added(above.packages, below.packages, ({ spec }) => spec),
    users: added(above.users, below.users, ({ name, uid, gid }) => canonical([name, uid, gid])),
    mounts: added(above.mounts, below.mounts, (mount) =>
      canonical([mount.bucket, mount.mountPoint, mount.readOnly]),
    ),
    scripts: added(above.scripts, below.scripts, same),
    inputs: added(above.inputs, below.inputs, same),
    tests: added(above.tests, below.tests, same),
  };
}

function concatenated(first: TemplateLists, then: TemplateLists): TemplateLists {
  return {
    packages: [...first.packages, ...then.packages],
    users: [...first.users, ...then.users],
    mounts: [...first.mounts, ...then.mounts],
    scripts: [...first.scripts, ...then.scripts],
    inputs: [...first.inputs, ...then.inputs],
    tests: [...first.tests, ...then.tests],
  };
}

const same = (text: string): string => text;

function added<Value>(
  items: readonly Located<Value>[],
  inherited: readonly Located<Value>[],
  key: (value: Value) => string,
): readonly Located<Value>[] {
  if (items.length === 0) return items;
  const before = keysOf(inherited, key);
  const seen = new Set<string>();
  return items.filter(({ value }) => {
    const one = key(value);
    return !before.has(one) && seen.size < seen.add(one).size;
  });
}

/** Remembered by the list: a parent has many children. */
function keysOf<Value>(list: readonly Located<Value>[], key: (value: Value) => string): ReadonlySet<string> {
  const known = rememberedKeys.get(list);
  if (known !== undefined) return known;
  const keys = new Set(list.map(({ value }) => key(value)));
  rememberedKeys.set(list, keys);
  return keys;
}

const rememberedKeys = new WeakMap<readonly Located<unknown>[], ReadonlySet<string>>();

/** Compilers first, since the other packages may be built with them; then by code units. */
export function installOrder(packages: readonly Located<RequestedPackage>[]): string[] {
  const first: string[] = [];
  const then: string[] = [];
  for (const { value } of packages) (compilers.has(bareName(value)) ? first : then).push(value.spec);
  return [...first.toSorted(byCodeUnits), ...then.toSorted(byCodeUnits)];
}

/** The namespace is of no importance here: `builtin.gcc` is a compiler too. */
const bareName = ({ name }: RequestedPackage): string => name.slice(name.lastIndexOf('.') + 1);

const compilers = new Set(['aocc', 'gcc', 'intel-oneapi-compilers', 'llvm', 'nvhpc']);
