/** Plans for a few templates, with images for some of them. It does not know what is tested. */
import type { Found } from '../../src/cache/lookup.ts';
import { buildId, type Digest, imageId, templateName } from '../../src/core/ids.ts';
import type { ImageState } from '../../src/core/image.ts';
import type { Plan } from '../../src/core/plan.ts';
import { decideAll, factsOf, makePlan, type Wishes } from '../../src/plan/plan.ts';
import { configOf, type Fingerprints } from './rig.ts';

export const templates = {
  'templates/foundation.yaml': 'tests: [a]',
  'templates/gromacs.yaml': 'extends: foundation.yaml\ntests: [b]',
  'templates/namd.yaml':
    'extends: foundation.yaml\ntests: [c]\nbuild: { instance_type: m5.large, spot: true, timeout: 1h }',
  'templates/tools.yaml': 'depends_on: [namd]\ntests: [d]',
};

interface There {
  readonly state?: ImageState;
  readonly parent?: string | null;
}

/** Plans with images for some of the templates. */
export function planOf(
  { collection, all }: Fingerprints,
  selected: readonly string[],
  there: Readonly<Record<string, There>> = {},
  durations: Readonly<Record<string, number>> = {},
  {
    named = selected,
    rebuild = [],
  }: Partial<Record<Exclude<keyof Wishes, 'selected'>, readonly string[]>> = {},
): Plan & { readonly notNeeded: readonly string[] } {
  const found = new Map<Digest, Found[]>();
  for (const [name, { state = 'available', parent }] of Object.entries(there)) {
    const known = all.get(templateName(name));
    const merged = collection.templates.get(templateName(name));
    if (known === undefined || merged === undefined) throw new Error(name);
    const { digest } = known.fingerprint;
    const expected = merged.template.extends?.value ?? null;
    const one: Found = {
      image: {
        id: imageId(`ami-of-${name}`),
        name,
        state,
        architecture: 'x86_64',
        createdAt: '2026-11-23T04:12:00Z',
        tags: {},
        snapshots: [],
        stateReason: undefined,
      },
      record: {
        template: templateName(name),
        digest,
        parent: parent === undefined ? expected : parent === null ? null : templateName(parent),
        baseImage: imageId('ami-0123456789abcdef0'),
        region: 'us-west-2',
        buildDate: '',
        buildId: buildId('b'),
        workspace: '',
      },
    };
    found.set(digest, [...(found.get(digest) ?? []), one]);
  }
  const facts = {
    ...factsOf(collection, configOf(), all),
    found,
    isTrusted: () => true,
    durations: new Map(Object.entries(durations).map(([name, ms]) => [templateName(name), ms])),
  };
  const names = (texts: readonly string[]) => new Set(texts.map(templateName));
  const { decided, notNeeded } = decideAll(facts, {
    selected: names(selected),
    named: names(named),
    rebuild: names(rebuild),
  });
  return { ...makePlan(facts, decided), notNeeded };
}

/** `gromacs: build (no-image) after foundation`, one for each action. */
export const brief = ({ actions }: Plan): string[] =>
  actions.map(
    ({ template, action, reason, needs }) =>
      `${template}: ${action} (${reason.kind})${needs.length === 0 ? '' : ` after ${needs.join(', ')}`}`,
  );
