/** `build --affected` and `graph --affected`: what is affected, with what it needs. */
import { expect, test } from 'vitest';
import { makeBranch } from './affected-rig.ts';
import { finished, type Ran, threeTemplates } from './rig.ts';

const gromacs = 'templates/gromacs.yaml';
const withTest = `${threeTemplates[gromacs]}tests: [x]\n`;
const base = ['--affected', '--base', 'main'];
const fields = (ran: Ran) => ({ code: ran.code, ...finished(ran) });

test('what is affected is built, and of what it stands on what is missing', async () => {
  const { workspace, run } = await makeBranch(threeTemplates, { AMIGRAPH_SANDBOX_SPEED: 'instant' });
  const nothing = await run('build', ...base, '--json');
  expect(nothing.stderr).toBe('nothing is affected\n');
  expect(fields(nothing)).toMatchObject({ code: 0, built: [], reused: [], failed: [], skipped: [] });
  expect((await run('build', ...base, '--dry-run')).stdout).toBe('0 to build, 0 to reuse\n');
  await workspace.write(gromacs, withTest);
  const dry = await run('build', ...base, '--dry-run', '--json');
  expect(JSON.parse(dry.stdout)).toMatchObject({
    actions: [
      { template: 'foundation', action: 'build' },
      { template: 'gromacs', action: 'build' },
    ],
  });
  await workspace.write(gromacs, "tests: ['true']\n");
  expect(fields(await run('build', ...base, '--json'))).toMatchObject({ code: 0, built: ['gromacs'] });
  expect(fields(await run('build', ...base, '--json'))).toMatchObject({ code: 0, reused: ['gromacs'] });
});

test('--exclude and --keep-going are as with --all', async () => {
  const { workspace, run } = await makeBranch();
  await workspace.write('scripts/clean-up.sh', 'true\n');
  await workspace.write('templates/bad.yaml', 'x: 1\n');
  const plan = async (...args: string[]): Promise<readonly [number | null, string[]]> => {
    const ran = await run('build', ...base, ...args, '--dry-run', '--json');
    const { actions } = JSON.parse(ran.stdout || '{"actions":[]}') as { actions: { template: string }[] };
    return [ran.code, actions.map(({ template }) => template)];
  };
  expect(await plan()).toEqual([2, []]);
  expect(await plan('--keep-going')).toEqual([2, ['foundation', 'gromacs', 'namd']]);
  expect(await plan('--exclude', 'bad', '--exclude', 'namd')).toEqual([0, ['foundation', 'gromacs']]);
});

test('graph --affected shows those alone', async () => {
  const { workspace, run } = await makeBranch();
  await workspace.write(gromacs, withTest);
  expect(await run('graph', ...base)).toMatchObject({ code: 0, stdout: 'gromacs (extends foundation)\n' });
  const json = await run('graph', ...base, '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ templates: [{ name: 'gromacs' }], edges: [] });
});

test.each([
  ['build --affected --all', 'build takes --affected or --all, not both', 'leave one of them out'],
  ['build --affected namd', 'build takes --affected or names, not both', 'leave one of them out'],
  ['build namd --base main', '--base is about --affected, which is not given', 'say --affected too'],
  ['graph --base main', '--base is about --affected, which is not given', 'say --affected too'],
  ['graph --affected --focus a', 'graph takes --focus or --affected, not both', 'leave one of them out'],
  [
    'build --affected',
    'there is no commit to compare with',
    "say --base main, set AMIGRAPH_BASE, or write affected: { base: 'main' } in amifile.ts",
  ],
])('amigraph %s is wrong', async (line, message, cure) => {
  const { run } = await makeBranch();
  expect(await run(...line.split(' '))).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: ${message}\n  cure: ${cure}\n`,
  });
});
