/** Two recipes of one template, by the parts of their fingerprints, to what differs. It does not know what they stand on. */
import type { Change, ChangedPart } from '../core/change.ts';
import type { Part } from '../core/fingerprint.ts';
import { parseSpackSpec } from '../template/spack-spec.ts';

type Parts = readonly Part[];
type Value<Name extends Part[0]> = Extract<Part, readonly [Name, unknown]>[1];

/** A change without whose it is and where. */
export type PartChange = Omit<Change, 'template' | 'place' | 'pinnedAt'>;

/**
 * Empty where the recipes are equal, and only there. `scriptOf`: the path of the script of a step; undefined where there is no such step.
 * Packages, users, mounts and tests are steps too; of those only the scripts count here, since the rest has been said.
 */
export function changesOf(
  before: Parts,
  after: Parts,
  scriptOf: (step: string) => string | undefined,
): PartChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const both = <Name extends Part[0]>(name: Name): readonly [Value<Name>[], Value<Name>[]] => [
    valuesOf(before, name),
    valuesOf(after, name),
  ];
  const found = [
    ...setChanges('base image', ...both('base image'), (image) => ({ key: '', said: image })),
    ...setChanges('parent', ...both('parent'), (digest) => ({ key: '', said: digest })),
    ...setChanges('depends on', ...both('depends on'), (digest) => ({ key: digest, said: digest })),
    ...setChanges('architecture', ...both('architecture'), (said) => ({ key: '', said })),
    ...setChanges('volume', ...both('volume'), (gb) => ({ key: '', said: `${gb} GiB` })),
    ...setChanges('package', ...both('package'), (said) => ({ key: packageName(said), said })),
    ...setChanges('user', ...both('user'), ({ name, uid, gid }) => ({
      key: name,
      said: `${name} (uid ${uid}, gid ${gid})`,
    })),
    ...setChanges('mount', ...both('mount'), ({ bucket, mountPoint, readOnly }) => ({
      key: mountPoint,
      said: `${bucket} at ${mountPoint}${readOnly ? ', read only' : ''}`,
    })),
    ...setChanges('test', ...both('test'), (said) => ({ key: said, said })),
    ...orderChanges('test', ...both('test')),
    ...scriptChanges(...both('step'), scriptOf),
    ...inputChanges(...both('input')),
    ...setChanges('secret', ...both('secret'), ({ name, parameter }) => ({
      key: name,
      said: `${name} from ${parameter}`,
    })),
  ];
  if (found.length > 0) return found;
  const [from = '', to = ''] = [before, after].map((parts) => valuesOf(parts, 'format').join());
  return [{ part: 'recipe', kind: 'changed', name: '', from, to }];
}

const valuesOf = <Name extends Part[0]>(parts: Parts, name: Name): Value<Name>[] =>
  parts.flatMap(([one, value]) => (one === name ? [value as Value<Name>] : []));

const added = (part: ChangedPart, { key, said }: Described): PartChange => ({
  part,
  kind: 'added',
  name: key,
  from: '',
  to: said,
});
const removed = (part: ChangedPart, { key, said }: Described): PartChange => ({
  part,
  kind: 'removed',
  name: key,
  from: said,
  to: '',
});

interface Described {
  /** Two values with the same are the thing before and after. */
  readonly key: string;
  readonly said: string;
}

function setChanges<One>(
  part: ChangedPart,
  before: readonly One[],
  after: readonly One[],
  describe: (value: One) => Described,
): PartChange[] {
  const without = (these: readonly One[], those: readonly One[]): Described[] => {
    const others = new Set(those.map((value) => JSON.stringify(value)));
    return these.filter((value) => !others.has(JSON.stringify(value))).map(describe);
  };
  const gone = without(before, after);
  const come = without(after, before).map((is): PartChange => {
    const at = gone.findIndex(({ key }) => key === is.key);
    if (at < 0) return added(part, is);
    const [was] = gone.splice(at, 1);
    return { part, kind: 'changed', name: is.key, from: was?.said ?? '', to: is.said };
  });
  return [...gone.map((was) => removed(part, was)), ...come];
}

/** Of those that are in both. */
function orderChanges(part: ChangedPart, before: readonly string[], after: readonly string[]): PartChange[] {
  const [was, is] = [
    before.filter((one) => after.includes(one)),
    after.filter((one) => before.includes(one)),
  ];
  if (JSON.stringify(was) === JSON.stringify(is)) return [];
  return [{ part, kind: 'reordered', name: '', from: was.join(', '), to: is.join(', ') }];
}

/** A step of its own has each script that a template names. */
const ownScript = /^script (.+)$/;

function scriptChanges(
  before: readonly Value<'step'>[],
  after: readonly Value<'step'>[],
  scriptOf: (step: string) => string | undefined,
): PartChange[] {
  const names = (steps: readonly Value<'step'>[]): string[] =>
    steps.flatMap(({ name }) => ownScript.exec(name)?.[1] ?? []);
  const digests = new Map(before.map(({ name, script }) => [name, script]));
  const edited = after
    .filter(({ name, script }) => (digests.get(name) ?? script) !== script)
    .map(({ name }) => scriptOf(name) ?? name);
  return [
    ...setChanges('script', names(before), names(after), (said) => ({ key: said, said })),
    ...orderChanges('script', names(before), names(after)),
    ...[...new Set(edited)].map((name): PartChange => ({
      part: 'script',
      kind: 'changed',
      name,
      from: '',
      to: '',
    })),
  ];
}

function inputChanges(before: readonly Value<'input'>[], after: readonly Value<'input'>[]): PartChange[] {
  const mode = ({ executable }: Value<'input'>): string => (executable ? 'executable' : 'not executable');
  const earlier = new Map(before.map((one) => [one.path, one]));
  return setChanges('input', before, after, ({ path }) => ({ key: path, said: path })).map((change) => {
    const [was, is] = [earlier.get(change.name), after.find(({ path }) => path === change.name)];
    if (change.kind !== 'changed' || was === undefined || is === undefined) return change;
    return was.digest === is.digest
      ? { ...change, from: mode(was), to: mode(is) }
      : { ...change, from: '', to: '' };
  });
}

function packageName(spec: string): string {
  const parsed = parseSpackSpec(spec);
  return parsed.ok ? parsed.value.package : spec;
}
