/** A template together with all that it inherits. It does not know the graph: the parent comes merged. */
import { canonical } from '../core/digest.ts';
import { byCodeUnits } from '../core/order.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { BuildSettings, Located, MergedTemplate, Template, TemplateLists } from '../core/template.ts';
import { type BuildDefaults, conflictsOf } from './conflicts.ts';
import { specOf } from './spack-spec.ts';

/** Lists are joined without duplicates, a child's single values win; see {@link MergedTemplate}. */
export function mergeTemplate(
  template: Template,
  parent: MergedTemplate | undefined,
  defaults: BuildDefaults,
): Result<MergedTemplate, Diagnostic[]> {
  const inherited = parent?.all;
  const own: TemplateLists = {
    packages: added(template.packages, inherited?.packages, packageKey),
    users: added(template.users, inherited?.users, ({ name, uid, gid }) => canonical([name, uid, gid])),
    mounts: added(template.mounts, inherited?.mounts, (mount) =>
      canonical([mount.bucket, mount.mountPoint, mount.readOnly]),
    ),
    scripts: added(template.scripts, inherited?.scripts, same),
    inputs: added(template.inputs, inherited?.inputs, same),
    tests: added(template.tests, inherited?.tests, same),
  };
  const conflicts = conflictsOf(template, own, parent, defaults);
  if (conflicts.length > 0) return fail(conflicts);
  return ok({
    template,
    build: { ...parent?.build, ...given(template.build) },
    own,
    all: {
      packages: [...(inherited?.packages ?? []), ...own.packages],
      users: [...(inherited?.users ?? []), ...own.users],
      mounts: [...(inherited?.mounts ?? []), ...own.mounts],
      scripts: [...(inherited?.scripts ?? []), ...own.scripts],
      inputs: [...(inherited?.inputs ?? []), ...own.inputs],
      tests: [...(inherited?.tests ?? []), ...own.tests],
    },
  });
}

const same = (text: string): string => text;

function packageKey(text: string): string {
  return specOf(text)?.text ?? text;
}

/** What `items` holds that neither `inherited` nor an earlier item does. */
function added<Value>(
  items: readonly Located<Value>[],
  inherited: readonly Located<Value>[] | undefined,
  key: (value: Value) => string,
): Located<Value>[] {
  const seen = new Set((inherited ?? []).map(({ value }) => key(value)));
  return items.filter(({ value }) => {
    const fresh = !seen.has(key(value));
    seen.add(key(value));
    return fresh;
  });
}

function given(build: BuildSettings): BuildSettings {
  return Object.fromEntries(Object.entries(build).filter(([, value]) => value !== undefined));
}

/** Compilers first, since the other packages may be built with them; then by code units. */
export function installOrder(packages: readonly Located<string>[]): string[] {
  const rank = (text: string): number => (compilers.has(nameOf(text)) ? 0 : 1);
  return packages
    .map(({ value }) => packageKey(value))
    .toSorted((a, b) => rank(a) - rank(b) || byCodeUnits(a, b));
}

/** Without the namespace, which is of no importance here: `builtin.gcc` is a compiler too. */
function nameOf(text: string): string {
  const name = specOf(text)?.package ?? '';
  return name.slice(name.lastIndexOf('.') + 1);
}

const compilers = new Set(['aocc', 'gcc', 'intel-oneapi-compilers', 'llvm', 'nvhpc']);
