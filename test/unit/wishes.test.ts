/** What a run was asked for beyond what is missing: parents that nothing needs, and images built anew. */
import { describe, expect, test } from 'vitest';
import { fingerprintsOf } from './rig.ts';
import { brief, planOf, templates } from './plan-rig.ts';

describe('a template that others stand on, without an image', () => {
  const names = ['foundation', 'gromacs', 'namd', 'tools'];
  const there = { gromacs: {}, namd: {}, tools: {} };

  test('is not built as a part of all, where what stands on it is there', async () => {
    const planned = planOf(await fingerprintsOf(templates), names, there, {}, { named: [] });
    expect(brief(planned)).toEqual(['gromacs: reuse (hit)', 'namd: reuse (hit)', 'tools: reuse (hit)']);
    expect(planned.notNeeded).toEqual(['foundation']);
  });

  test('nor is what stands on it and is stood on in turn', async () => {
    const planned = planOf(
      await fingerprintsOf(templates),
      names,
      { gromacs: {}, tools: {} },
      {},
      { named: [] },
    );
    expect(brief(planned)).toEqual(['gromacs: reuse (hit)', 'tools: reuse (hit)']);
    expect(planned.notNeeded).toEqual(['foundation', 'namd']);
  });

  test('is built where something must be built on it', async () => {
    const planned = planOf(
      await fingerprintsOf(templates),
      names,
      { namd: {}, tools: {} },
      {},
      { named: [] },
    );
    expect(brief(planned)).toEqual([
      'foundation: build (no-image)',
      'gromacs: build (no-image) after foundation',
      'namd: reuse (hit)',
      'tools: reuse (hit)',
    ]);
    expect(planned.notNeeded).toEqual([]);
  });

  test('is built where it is named', async () => {
    const planned = planOf(await fingerprintsOf(templates), names, there);
    expect(brief(planned)[0]).toBe('foundation: build (no-image)');
    expect(planned.notNeeded).toEqual([]);
  });

  test('is built where nothing that stands on it is selected', async () => {
    const planned = planOf(await fingerprintsOf(templates), ['foundation'], there, {}, { named: [] });
    expect(brief(planned)).toEqual(['foundation: build (no-image)']);
  });
});

describe('to rebuild', () => {
  const there = { foundation: {}, gromacs: {}, namd: { state: 'failed' } } as const;

  test('builds what is there, and only that', async () => {
    const planned = planOf(await fingerprintsOf(templates), ['gromacs'], there, {}, { rebuild: ['gromacs'] });
    expect(brief(planned)).toEqual(['foundation: reuse (hit)', 'gromacs: build (rebuild) after foundation']);
    expect(planned.actions[1]).toMatchObject({ replaces: ['ami-of-gromacs'], image: null });
  });

  test('leaves the reason of what is built anyhow', async () => {
    const planned = planOf(await fingerprintsOf(templates), ['namd'], there, {}, { rebuild: ['namd'] });
    expect(brief(planned)).toEqual([
      'foundation: reuse (hit)',
      'namd: build (image-unusable) after foundation',
    ]);
    expect(planned.actions[1]).toMatchObject({ replaces: ['ami-of-namd'] });
  });

  test('a whole chain', async () => {
    const planned = planOf(
      await fingerprintsOf(templates),
      ['gromacs'],
      there,
      {},
      { rebuild: ['gromacs', 'foundation'] },
    );
    expect(brief(planned)).toEqual([
      'foundation: build (rebuild)',
      'gromacs: build (rebuild) after foundation',
    ]);
  });
});
