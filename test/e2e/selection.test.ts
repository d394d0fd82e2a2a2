/** What `build` takes: patterns, what is excluded, and going on where templates have errors. */
import { expect, test } from 'vitest';
import { finished, makeWorkspace, type Ran, threeTemplates } from './rig.ts';

const actions = ({ stdout, stderr }: Ran): string[] => {
  if (stdout === '') throw new Error(stderr);
  const { actions: found } = JSON.parse(stdout) as { actions: { action: string; template: string }[] };
  return found.map(({ action, template }) => `${action} ${template}`);
};

test('patterns and --exclude: what the rest stands on is built all the same', async () => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    'templates/md/plumed.yaml': 'extends: ../gromacs.yaml\n',
    'templates/viz.yaml': 'tests: []\n',
  });
  const plan = async (...args: string[]): Promise<string[]> =>
    actions(await workspace.run(['build', ...args, '--dry-run', '--json']));
  expect(await plan('md/*', '--exclude', 'foundation')).toEqual([
    'build foundation',
    'build gromacs',
    'build md/plumed',
  ]);
  expect(await plan('gromacs+', '--exclude=md/**')).toEqual(['build foundation', 'build gromacs']);
  expect(await plan('--all', '--exclude', '+md/plumed', '--exclude', 'n*')).toEqual(['build viz']);
  await workspace.run(['build', 'foundation']);
  expect(await plan('+gromacs')).toEqual(['reuse foundation', 'build gromacs']);
});

const withBad = {
  ...threeTemplates,
  'templates/bad.yaml': 'x: 1\n',
  'templates/on-bad.yaml': 'extends: bad.yaml\n',
};
const said = (mark: 'error' | 'warning', message: string): string => `${mark}: ${message}\n`;
const badTexts = (mark: 'error' | 'warning'): string =>
  `${said(mark, 'unknown key x')}  at templates/bad.yaml:1:1\n    x: 1\n    ^\n`;
const blocked = (mark: 'error' | 'warning'): string =>
  `${said(mark, 'on-bad stands on bad, which has errors')}  at templates/on-bad.yaml:1:10\n    extends: bad.yaml\n             ^\n`;
const withoutCures = (text: string): string => text.replaceAll(/^ {2}cure: .*\n/gm, '');
const cure = '  cure: mend them, take them out with --exclude, or build the others with --keep-going\n';

test('--keep-going: the good ones are built, and the exit code says that others are wrong', async () => {
  const workspace = await makeWorkspace(withBad);
  await workspace.run(['update']);
  const stopped = await workspace.run(['build', '--all', '--json']);
  expect([stopped.code, stopped.stdout]).toEqual([2, '']);
  const ran = await workspace.run(['build', '--all', '--keep-going', '--json']);
  expect(ran.code).toBe(2);
  expect(withoutCures(ran.stderr)).toBe(badTexts('error') + blocked('error'));
  expect(finished(ran)).toMatchObject({ built: ['foundation', 'gromacs', 'namd'], failed: [] });
  expect(JSON.parse(ran.stdout.split('\n').at(-3) ?? '')).toMatchObject({
    type: 'warning',
    code: 'templates-unusable',
    templates: ['bad', 'on-bad'],
  });

  const named = await workspace.run(['build', 'namd', '--keep-going', '--json']);
  expect(named.code).toBe(0);
  expect(withoutCures(named.stderr)).toBe(badTexts('warning') + blocked('warning'));
  const dry = await workspace.run(['build', '{bad,namd}', '--keep-going', '--dry-run', '--json']);
  expect([dry.code, actions(dry)]).toEqual([2, ['reuse namd']]);
  expect(dry.stderr.split('\n').slice(-3)).toEqual([
    'warning: cannot be used, for the errors that were told first: bad',
    '  cure: mend them; amigraph validate tells them again',
    '',
  ]);
});

test('--keep-going: a failed build outweighs a wrong template', async () => {
  const workspace = await makeWorkspace({ ...withBad, 'templates/namd.yaml': "tests: ['false']\n" });
  const ran = await workspace.run(['build', '--all', '--keep-going', '--json']);
  expect(ran.code).toBe(1);
  expect(finished(ran)).toMatchObject({ built: ['foundation', 'gromacs'], failed: ['namd'] });
});

test('--exclude takes broken templates out, and all that is blocked by them must be excluded too', async () => {
  const workspace = await makeWorkspace(withBad);
  await workspace.run(['update']);
  const ran = await workspace.run(['build', '--all', '--exclude', '*bad', '--json']);
  expect(ran.code).toBe(0);
  expect(withoutCures(ran.stderr)).toBe(badTexts('warning') + blocked('warning'));
  expect(finished(ran)).toMatchObject({ built: ['foundation', 'gromacs', 'namd'] });
  const half = await workspace.run(['build', '--all', '--exclude', 'bad']);
  expect([half.code, half.stdout]).toEqual([2, '']);
  expect(half.stderr).toContain(`error: on-bad cannot be used, for the errors below\n${cure}error: `);
});

test('a script that is missing elsewhere does not keep a named template from being built', async () => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    'templates/namd.yaml': 'extends: foundation.yaml\nbuild: { scripts: [missing.sh] }\n',
  });
  await workspace.run(['update']);
  expect(await workspace.run(['build', 'gromacs', '--json'])).toMatchObject({ code: 0, stderr: '' });
  expect(await workspace.run(['build', 'namd', '--json'])).toMatchObject({ code: 2, stdout: '' });
});

test('a script that is missing keeps its template out, as any other error does', async () => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    'templates/bad.yaml': 'build: { scripts: [none.sh] }\n',
    'templates/on-bad.yaml': 'extends: bad.yaml\n',
  });
  await workspace.run(['update']);
  const missing = `${said('error', 'none.sh does not exist')}  at templates/bad.yaml:1:20\n    build: { scripts: [none.sh] }\n                       ^\n`;
  const told = missing + blocked('error');
  expect(await workspace.run(['build', '--all', '--json'])).toMatchObject({ code: 2, stdout: '' });
  const named = await workspace.run(['build', 'bad']);
  expect(withoutCures(named.stderr)).toBe(
    said('error', 'bad cannot be used, for the errors below') + missing,
  );
  const ran = await workspace.run(['build', '--all', '--keep-going', '--json']);
  expect([ran.code, withoutCures(ran.stderr)]).toEqual([2, told]);
  expect(finished(ran)).toMatchObject({ built: ['foundation', 'gromacs', 'namd'], failed: [] });
  const graph = await workspace.run(['graph', '--json']);
  expect([graph.code, withoutCures(graph.stderr)]).toEqual([2, told]);
  expect(graph.stdout.match(/"name":"[^"]*"/g)).toEqual(
    ['foundation', 'gromacs', 'namd'].map((name) => `"name":"${name}"`),
  );
  const focused = await workspace.run(['graph', '--json', '--focus', 'bad']);
  expect([focused.code, focused.stdout, withoutCures(focused.stderr)]).toEqual([
    2,
    '',
    named.stderr.replace(/^ {2}cure: .*\n/gm, ''),
  ]);
  const validated = await workspace.run(['validate']);
  expect([validated.code, withoutCures(validated.stderr).startsWith(told)]).toEqual([2, true]);
  expect((await workspace.run(['why', 'namd'])).stdout).toMatch(/^namd is up to date/);
  await workspace.remove('scripts/clean-up.sh');
  expect((await workspace.run(['why', 'namdd'])).stderr).toBe(
    'error: there is no template namdd\n  cure: did you mean namd?\n',
  );
  const steps = await workspace.run(['why', 'namd']);
  expect(steps.stderr).toMatch(/^error: scripts\/clean-up\.sh does not exist\n/);
  expect(steps.stderr).not.toMatch(/none\.sh/);
});

test.each([
  ['build md/*', 'no template matches md/*', 'there are: foundation, gromacs, namd'],
  ['build gromax+', 'there is no template gromax', 'did you mean gromacs?'],
  ['build --all --exclude nam', 'there is no template nam', 'did you mean namd?'],
  ['build --all --exclude x/*', 'no template matches x/*', 'there are: foundation, gromacs, namd'],
  [
    'build namd --exclude n*',
    'no template is left: --exclude takes out all that are selected',
    'exclude fewer',
  ],
  [
    'build --exclude namd',
    'build needs the names of templates, or --all',
    'there are: foundation, gromacs, namd',
  ],
])('amigraph %s is wrong', async (line, message, advice) => {
  const workspace = await makeWorkspace();
  expect(await workspace.run(line.split(' '))).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: ${message}\n  cure: ${advice}\n`,
  });
});
