/** A template together with all that it inherits. It does not know the graph: the parent comes merged. */
import { byCodeUnits } from '../core/order.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { remembered } from '../core/remembered.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type {
  BuildSettings,
  Located,
  MergedTemplate,
  Mount,
  RequestedPackage,
  Template,
  TemplateLists,
  User,
} from '../core/template.ts';
import { type BuildDefaults, conflictsOf } from './conflicts.ts';

/** The template with all that it inherits, if it does not contradict that. */
export function mergeTemplate(
  template: Template,
  parent: MergedTemplate | undefined,
  defaults: BuildDefaults,
): Result<MergedTemplate, Diagnostic[]> {
  const merged = joinTemplate(template, parent);
  const conflicts = conflictsOf(template, merged.own, parent, defaults);
  return conflicts.length > 0 ? fail(conflicts) : ok(merged);
}

/** Lists are joined without duplicates, a child's single values win; see {@link MergedTemplate}. */
export function joinTemplate(template: Template, parent: MergedTemplate | undefined): MergedTemplate {
  const own = beyond(parent?.all ?? nothing, template);
  return {
    template,
    parent,
    build: joinSettings(parent?.build ?? {}, template.build),
    own,
    all: parent === undefined ? own : concatenated(parent.all, own),
  };
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
    packages: added(above.packages, below.packages, packageIdentity),
    users: added(above.users, below.users, userIdentity),
    mounts: added(above.mounts, below.mounts, mountIdentity),
    scripts: added(above.scripts, below.scripts, textIdentity),
    inputs: added(above.inputs, below.inputs, textIdentity),
    tests: added(above.tests, below.tests, textIdentity),
  };
}

function concatenated(first: TemplateLists, then: TemplateLists): TemplateLists {
  return {
    packages: joined(first.packages, then.packages),
    users: joined(first.users, then.users),
    mounts: joined(first.mounts, then.mounts),
    scripts: joined(first.scripts, then.scripts),
    inputs: joined(first.inputs, then.inputs),
    tests: joined(first.tests, then.tests),
  };
}

// Lists are not copied where that gives the same: a collection has many, and most are empty or wholly new.
function joined<Item>(first: readonly Item[], then: readonly Item[]): readonly Item[] {
  if (then.length === 0) return first;
  return first.length === 0 ? then : [...first, ...then];
}

function added<Value>(
  items: readonly Located<Value>[],
  inherited: readonly Located<Value>[],
  { key, keysOf }: Identity<Value>,
): readonly Located<Value>[] {
  if (items.length === 0) return items;
  const before = keysOf(inherited);
  const seen = new Set<string>();
  const found = items.filter(({ value }) => {
    const one = key(value);
    return !before.has(one) && seen.size < seen.add(one).size;
  });
  return found.length === items.length ? items : found;
}

/** What makes two items one. */
interface Identity<Value> {
  readonly key: (value: Value) => string;
  /** Remembered by the list: a parent has many children. */
  readonly keysOf: (list: readonly Located<Value>[]) => ReadonlySet<string>;
}

const identity = <Value>(key: (value: Value) => string): Identity<Value> => ({
  key,
  keysOf: remembered((list) => new Set(list.map(({ value }) => key(value)))),
});

const packageIdentity = identity<RequestedPackage>(({ spec }) => spec);
// Names, buckets and mount points hold no white space.
const userIdentity = identity<User>(({ name, uid, gid }) => `${name} ${uid} ${gid}`);
const mountIdentity = identity<Mount>(
  ({ bucket, mountPoint, readOnly }) => `${bucket} ${mountPoint} ${readOnly}`,
);
const textIdentity = identity<string>((text) => text);

/** Compilers first, since the other packages may be built with them; then by code units. */
export function installOrder(packages: readonly Located<RequestedPackage>[]): string[] {
  const first: string[] = [];
  const then: string[] = [];
  for (const { value } of packages) (compilers.has(value.name) ? first : then).push(value.spec);
  return [...first.toSorted(byCodeUnits), ...then.toSorted(byCodeUnits)];
}

const compilers = new Set(['aocc', 'gcc', 'intel-oneapi-compilers', 'llvm', 'nvhpc']);
