/** Plans: what is done for the selected templates, and for what they stand on only where that is needed. */
import { describe, expect, test } from 'vitest';
import { imageId, templateName } from '../../src/core/ids.ts';
import { fingerprintEach } from '../../src/plan/plan.ts';
import { collectionOf, configOf, errorOf, fingerprintsOf } from './rig.ts';
import { brief, planOf, templates } from './plan-rig.ts';

describe('with no images', () => {
  test('everything selected is built, parents first', async () => {
    const planned = planOf(await fingerprintsOf(templates), ['foundation', 'gromacs', 'namd', 'tools']);
    expect(brief(planned)).toEqual([
      'foundation: build (no-image)',
      'gromacs: build (no-image) after foundation',
      'namd: build (no-image) after foundation',
      'tools: build (no-image) after namd',
    ]);
  });

  test('what a build needs is built too, and nothing else', async () => {
    const fingerprints = await fingerprintsOf(templates);
    expect(brief(planOf(fingerprints, ['gromacs']))).toEqual([
      'foundation: build (no-image)',
      'gromacs: build (no-image) after foundation',
    ]);
    expect(brief(planOf(fingerprints, ['tools']))).toEqual([
      'foundation: build (no-image)',
      'namd: build (no-image) after foundation',
      'tools: build (no-image) after namd',
    ]);
    expect(brief(planOf(fingerprints, []))).toEqual([]);
  });
});

describe('with images', () => {
  test('a hit does not need the image that it stands on', async () => {
    const fingerprints = await fingerprintsOf(templates);
    expect(brief(planOf(fingerprints, ['gromacs'], { gromacs: {} }))).toEqual(['gromacs: reuse (hit)']);
    expect(brief(planOf(fingerprints, ['tools'], { namd: {} }))).toEqual([
      'namd: reuse (hit)',
      'tools: build (no-image) after namd',
    ]);
  });

  test('a missing parent is built only for what must be built on it', async () => {
    const planned = planOf(await fingerprintsOf(templates), ['gromacs', 'namd'], { gromacs: {} });
    expect(brief(planned)).toEqual([
      'foundation: build (no-image)',
      'gromacs: reuse (hit)',
      'namd: build (no-image) after foundation',
    ]);
  });

  test('one that is being made is waited for, and needs nothing', async () => {
    const planned = planOf(await fingerprintsOf(templates), ['namd'], { namd: { state: 'pending' } });
    expect(brief(planned)).toEqual(['namd: wait (image-pending)']);
    expect(planned.actions[0]?.image).toBe('ami-of-namd');
  });

  test('one that cannot be used is told of', async () => {
    const there = { gromacs: { state: 'failed' }, foundation: {}, namd: { parent: 'tools' } } as const;
    const planned = planOf(await fingerprintsOf(templates), ['gromacs', 'namd'], there);
    expect(brief(planned)).toEqual([
      'foundation: reuse (hit)',
      'gromacs: build (image-unusable) after foundation',
      'namd: build (other-parent) after foundation',
    ]);
  });
});

describe('an action', () => {
  test('holds all that carrying it out takes', async () => {
    const fingerprints = await fingerprintsOf(templates);
    const plan = planOf(fingerprints, ['namd'], { foundation: {} }, { namd: 90_000, gromacs: 1 });
    expect(plan.actions).toEqual([
      expect.objectContaining({
        template: 'foundation',
        digest: fingerprints.digest('foundation'),
        action: 'reuse',
        image: 'ami-of-foundation',
        parent: null,
        expectedMs: null,
      }),
      {
        template: 'namd',
        digest: fingerprints.digest('namd'),
        action: 'build',
        reason: { kind: 'no-image' },
        image: null,
        recipe: fingerprints.all.get(templateName('namd'))?.recipe,
        parent: 'foundation',
        needs: ['foundation'],
        expectedMs: 90_000,
        replaces: null,
        sameAs: null,
        settings: { instanceTypes: ['m5.large'], subnets: [], spot: true, timeoutSeconds: 3600 },
        inputPatterns: [],
        dependsOn: [],
      },
    ]);
  });

  test('takes the instance type of its architecture', async () => {
    const arm = await fingerprintsOf({ 'templates/a.yaml': 'build: { arch: arm64 }' });
    expect(planOf(arm, ['a']).actions[0]).toMatchObject({ settings: { instanceTypes: ['c7g.4xlarge'] } });
  });
});

describe('templates of one digest', () => {
  const twins = {
    'templates/a.yaml': 'tests: [x]',
    'templates/b.yaml': 'tests: [x] # the same',
    'templates/c.yaml': 'extends: a.yaml\ntests: [y]',
    'templates/d.yaml': 'extends: b.yaml\ntests: [y]',
  };

  test('are built once: the others wait for the first', async () => {
    const planned = planOf(await fingerprintsOf(twins), ['a', 'b', 'c', 'd']);
    expect(brief(planned)).toEqual([
      'a: build (no-image)',
      'b: wait (same-digest) after a',
      'c: build (no-image) after a',
      'd: wait (same-digest) after c',
    ]);
    expect(planned.actions[1]?.reason).toEqual({ kind: 'same-digest', template: 'a' });
  });

  test('are both hits where the image is there', async () => {
    expect(brief(planOf(await fingerprintsOf(twins), ['a', 'b'], { a: {} }))).toEqual([
      'a: reuse (hit)',
      'b: reuse (hit)',
    ]);
  });

  test('reuse the one that serves them, though its tags name the other parent', async () => {
    expect(brief(planOf(await fingerprintsOf(twins), ['c', 'd'], { a: {}, c: {} }))).toEqual([
      'c: reuse (hit)',
      'd: reuse (hit)',
    ]);
  });

  test('are one alone where only one is selected', async () => {
    expect(brief(planOf(await fingerprintsOf(twins), ['b']))).toEqual(['b: build (no-image)']);
  });
});

test('what an action needs stands before it, whatever is there', async () => {
  const fingerprints = await fingerprintsOf(templates);
  const names = ['foundation', 'gromacs', 'namd', 'tools'];
  for (let mask = 0; mask < 256; mask += 1) {
    const selected = names.filter((_, at) => ((mask >> at) & 1) === 1);
    const there = Object.fromEntries(
      names.filter((_, at) => ((mask >> (at + 4)) & 1) === 1).map((name) => [name, {}]),
    );
    const plan = planOf(fingerprints, selected, there);
    const order = plan.actions.map(({ template }) => template);
    expect(order).toEqual([...new Set(order)]);
    for (const name of selected) expect(order).toContain(name);
    for (const { template, needs } of plan.actions) {
      for (const one of needs) expect(order.slice(0, order.indexOf(template))).toContain(one);
    }
  }
});

test('a file that is missing is an error before any digest', async () => {
  const collection = await collectionOf(templates);
  const missing = { severity: 'error', code: 'input-missing', message: 'gone' } as const;
  const lacks = { ...missing, message: 'gone too' };
  const inputs = {
    files: new Map(),
    matches: new Map(),
    diagnostics: [missing],
    lacking: new Map([[templateName('gromacs'), [lacks]]]),
  };
  const found = fingerprintEach(collection, configOf(), inputs, () => imageId('ami-0123456789abcdef0'));
  expect(errorOf(found)).toEqual([missing, lacks]);
});
