/** What people and programs read of a change. */
import { expect, test } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { templateName } from '../../src/core/ids.ts';
import { changeText } from '../../src/report/changes.ts';
import { changeView } from '../../src/report/views.ts';

const foundation = templateName('foundation');
const place = { file: 'templates/foundation.yaml', line: 14, column: 7, excerpt: '- cmake' };

const change = (said: Partial<Change> & Pick<Change, 'part' | 'kind'>): Change => ({
  template: foundation,
  name: '',
  from: '',
  to: '',
  place: undefined,
  ...said,
});

test.each<[string, Partial<Change> & Pick<Change, 'part' | 'kind'>]>([
  ['+ cmake@3.27.0', { part: 'package', kind: 'added', name: 'cmake', to: 'cmake@3.27.0' }],
  ['- cmake@3.27.0', { part: 'package', kind: 'removed', name: 'cmake', from: 'cmake@3.27.0' }],
  ['gcc@14 -> gcc@15', { part: 'package', kind: 'changed', name: 'gcc', from: 'gcc@14', to: 'gcc@15' }],
  ['base image ami-1 -> ami-2', { part: 'base image', kind: 'changed', from: 'ami-1', to: 'ami-2' }],
  ['+ base image ami-1', { part: 'base image', kind: 'added', to: 'ami-1' }],
  ['parent a -> b', { part: 'parent', kind: 'changed', from: 'a', to: 'b' }],
  ['- depends on cuda', { part: 'depends on', kind: 'removed', name: 'cuda', from: 'cuda' }],
  ['architecture x86_64 -> arm64', { part: 'architecture', kind: 'changed', from: 'x86_64', to: 'arm64' }],
  ['volume 100 GiB -> 200 GiB', { part: 'volume', kind: 'changed', from: '100 GiB', to: '200 GiB' }],
  ['+ user ada (uid 1, gid 2)', { part: 'user', kind: 'added', name: 'ada', to: 'ada (uid 1, gid 2)' }],
  [
    'mount a at /x -> b at /x',
    { part: 'mount', kind: 'changed', name: '/x', from: 'a at /x', to: 'b at /x' },
  ],
  ['+ test gmx --version', { part: 'test', kind: 'added', name: 'gmx --version', to: 'gmx --version' }],
  ['+ test one two', { part: 'test', kind: 'added', name: 'one\n  two', to: 'one\n  two\u001B' }],
  ['tests in another order: a, b -> b, a', { part: 'test', kind: 'reordered', from: 'a, b', to: 'b, a' }],
  ['+ script scripts/a.sh', { part: 'script', kind: 'added', name: 'scripts/a.sh', to: 'scripts/a.sh' }],
  ['scripts/a.sh changed', { part: 'script', kind: 'changed', name: 'scripts/a.sh' }],
  ['files/a changed', { part: 'input', kind: 'changed', name: 'files/a' }],
  ['- input files/a', { part: 'input', kind: 'removed', name: 'files/a', from: 'files/a' }],
  [
    'files/a not executable -> executable',
    { part: 'input', kind: 'changed', name: 'files/a', from: 'not executable', to: 'executable' },
  ],
  ['what its recipe was is not known', { part: 'recipe', kind: 'changed' }],
  ['format of the recipe 1 -> 2', { part: 'recipe', kind: 'changed', from: '1', to: '2' }],
])('%s', (text, said) => {
  expect(changeText(change(said))).toBe(text);
});

test('a place stands behind it, and another template than the one that is explained before it', () => {
  const cmake = change({ part: 'package', kind: 'added', name: 'cmake', to: 'cmake@3.27.0', place });
  expect(changeText(cmake)).toBe('+ cmake@3.27.0 (templates/foundation.yaml:14)');
  expect(changeText(cmake, foundation)).toBe('+ cmake@3.27.0 (templates/foundation.yaml:14)');
  expect(changeText(cmake, templateName('gromacs'))).toBe(
    'foundation changed: + cmake@3.27.0 (templates/foundation.yaml:14)',
  );
});

test('what no template says has no template before it', () => {
  const script = change({ part: 'script', kind: 'changed', name: 'scripts/a.sh' });
  expect(changeText(script, templateName('gromacs'))).toBe('scripts/a.sh changed');
  const base = change({ part: 'base image', kind: 'changed', from: 'ami-1', to: 'ami-2' });
  expect(changeText(base, templateName('gromacs'))).toBe('base image ami-1 -> ami-2');
  expect(changeText({ ...base, pinnedAt: '2026-11-20T10:00:00Z' })).toBe(
    'base image ami-1 -> ami-2 (pinned 2026-11-20)',
  );
  expect(changeText({ ...base, pinnedAt: '2026-11-20T10:00:00Z', place })).toBe(
    'base image ami-1 -> ami-2 (templates/foundation.yaml:14, pinned 2026-11-20)',
  );
  expect(changeText({ ...base, place }, templateName('gromacs'))).toBe(
    'foundation changed: base image ami-1 -> ami-2 (templates/foundation.yaml:14)',
  );
});

test('for programs null is what there is not', () => {
  expect(changeView(change({ part: 'package', kind: 'added', name: 'cmake', to: 'cmake@3', place }))).toEqual(
    {
      kind: 'added',
      template: 'foundation',
      part: 'package',
      name: 'cmake',
      from: null,
      to: 'cmake@3',
      file: 'templates/foundation.yaml',
      line: 14,
    },
  );
  expect(changeView(change({ part: 'volume', kind: 'changed', from: '1 GiB', to: '2 GiB' }))).toEqual({
    kind: 'changed',
    template: 'foundation',
    part: 'volume',
    name: null,
    from: '1 GiB',
    to: '2 GiB',
    file: null,
    line: null,
  });
});
