/** `amigraph logs --follow`, beside a build that goes on. */
import { expect, test } from 'vitest';
import { makeWorkspace, type Workspace } from './rig.ts';

const template = { 'templates/a.yaml': 'software: { spack_packages: [gcc@13.2.0] }\n' };
const speed = { AMIGRAPH_SANDBOX_SPEED: '100' };

const faults = (fault: object, match = 'package gcc'): Record<string, string> => ({
  'faults.json': JSON.stringify([
    { operation: 'ssm:SendCommand', times: 1, match: { Comment: match }, fault },
  ]),
});
const withFaults = { ...speed, AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };

const steps = ['==> 2 bootstrap <==', '==> 3 package-gcc@13.2.0 <==', '==> 4 clean-up <=='];
const headings = (stdout: string): string[] => stdout.match(/^==> .* <==$/gm) ?? [];

/** A build that has come to that step. */
async function building(workspace: Workspace, step: string, env: Record<string, string>) {
  const build = workspace.start(['build', 'a', '--json'], env);
  await build.line((line) => line.includes('"step-started"') && line.includes(`"${step}"`));
  return build;
}

test('shows each log once as it comes, says what runs, and ends with the build', async () => {
  const workspace = await makeWorkspace(template);
  const build = await building(workspace, 'bootstrap', speed);
  const shown = await workspace.run(['logs', 'a', '--follow'], speed);
  expect((await build.ended).code).toBe(0);
  expect(shown.code).toBe(0);
  expect(headings(shown.stdout)).toEqual(steps);
  const lines = shown.stderr.split('\n');
  expect(lines[0]).toMatch(
    /^build \S+ of a \(\w{16}\): \S+@\S+ has been at it since .* UTC, now at (bootstrap|package gcc@13\.2\.0)$/,
  );
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^package gcc@13\.2\.0 is running \(seen at .* UTC\); what it prints is shown when it has ended$/,
    ),
  );
  expect(lines.at(-2)).toMatch(/^it made ami-\w+$/);
});

test('ends with 1 where the build fails, and has shown why', async () => {
  const workspace = await makeWorkspace({
    ...template,
    ...faults({ kind: 'fail-step', exitCode: 4, output: 'no luck' }),
  });
  const build = await building(workspace, 'bootstrap', withFaults);
  const shown = await workspace.run(['logs', 'a', '--follow', '--step', 'package gcc@13.2.0'], withFaults);
  expect((await build.ended).code).toBe(1);
  expect(shown).toMatchObject({ code: 1, stdout: 'no luck\nfailed to run commands: exit status 4' });
  expect(shown.stderr).toMatch(/\nit failed at step package gcc@13\.2\.0: exit code 4\n$/);
});

test('Ctrl-C ends it with 130, and not the build', async () => {
  const workspace = await makeWorkspace({ ...template, ...faults({ kind: 'hang-step' }) });
  const build = await building(workspace, 'package gcc@13.2.0', withFaults);
  const shown = workspace.start(['logs', 'a', '--follow'], withFaults);
  await shown.line((line) => line === steps[0]);
  shown.child.kill('SIGINT');
  expect((await shown.ended).code).toBe(130);
  expect(build.child.exitCode).toBeNull();
});

test('a build whose run has died is told, and ends it with 1', async () => {
  const workspace = await makeWorkspace({ ...template, ...faults({ kind: 'hang-step' }) });
  const build = await building(workspace, 'package gcc@13.2.0', withFaults);
  build.child.kill('SIGKILL');
  const shown = await workspace.run(['logs', 'a', '--follow'], withFaults);
  expect(shown.code).toBe(1);
  expect(headings(shown.stdout)).toEqual(steps.slice(0, 1));
  expect(shown.stderr).toMatch(/\n\S+@\S+ is not heard of any more; the next run goes on with this build\n$/);
});

test('of a step that has not ended there is nothing yet, which is no error', async () => {
  const workspace = await makeWorkspace({ ...template, ...faults({ kind: 'hang-step' }, 'bootstrap') });
  await building(workspace, 'bootstrap', withFaults);
  const shown = await workspace.run(['logs', 'a'], withFaults);
  expect(shown).toMatchObject({ code: 0, stdout: '' });
  expect(shown.stderr).toMatch(/now at bootstrap\nno step of it has ended yet: what a step prints /);
});
