/** Whether what a spec asks of one dependency in several places can be had at once. It does not know what Spack would choose. */
import type { SpackDependency, SpackNode } from '../core/spack-spec.ts';
import { haveNoneInCommon } from './spack-version.ts';

/** What has been asked of a dependency so far. */
interface Asked {
  version: string | undefined;
  readonly switches: Map<string, boolean>;
}

/** Takes the dependencies of one spec in order. Spack makes one of those that have the same parent, package, `when` and `deptypes`. */
export class SpackAgreement {
  readonly #ofSpec = new Map<string, Asked>();
  #ofParent = new Map<string, Asked>();

  /** What cannot be had together with what was taken before; it is only told where that is in no doubt. */
  take({ kind, edge: { when = '', deptypes = '' }, node }: SpackDependency): string | undefined {
    // What follows with % belongs to it.
    if (kind === 'transitive') this.#ofParent = new Map();
    if (node.package === undefined) return undefined;
    const all = kind === 'transitive' ? this.#ofSpec : this.#ofParent;
    const key = JSON.stringify([node.package, when, deptypes]);
    const asked = all.get(key) ?? { version: undefined, switches: new Map<string, boolean>() };
    all.set(key, asked);
    return contradiction(asked, node);
  }
}

function contradiction(asked: Asked, { package: name, version, variants }: SpackNode): string | undefined {
  if (version !== undefined && asked.version !== undefined && haveNoneInCommon(version, asked.version))
    return `${name} cannot be both @${asked.version} and @${version}`;
  // The narrower of the two: `4` has all that begin with it.
  if ((version ?? '').length > (asked.version ?? '').length) asked.version = version;
  for (const { name: variant, value } of variants) {
    if (typeof value !== 'boolean') continue;
    if (asked.switches.get(variant) === !value) return `${name} cannot be both +${variant} and ~${variant}`;
    asked.switches.set(variant, value);
  }
  return undefined;
}
