/** Several runs at once, and runs that are interrupted. */
import { expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { events, finished, makeWorkspace } from './rig.ts';

const slow = { AMIGRAPH_SANDBOX_SPEED: '1500' };
const step = (name: string) => (line: string) => line.includes('"step-started"') && line.includes(name);

test('two runs that want the same images build each once', async () => {
  const workspace = await makeWorkspace();
  const first = workspace.start(['build', '--all', '--json'], slow);
  await first.line(step('bootstrap'));
  const second = workspace.start(['build', '--all', '--json'], slow);
  const ran = [await first.ended, await second.ended];
  expect(ran.map(({ code }) => code)).toEqual([0, 0]);
  const built = ran.flatMap((one) => finished(one)['built']);
  expect(built).toHaveLength(3);
  expect(new Set(built)).toEqual(new Set(['foundation', 'gromacs', 'namd']));
  const waiting = events(await second.ended).find(({ type }) => type === 'lease-waiting');
  expect(waiting).toMatchObject({ template: 'foundation', holder: expect.stringMatching(/^.+@.+$/) });
  const cloud = await lookInto(workspace.folder);
  expect(await cloud.imageTags()).toHaveLength(3);
});

test('--no-wait: who holds it and since when, exit 9', async () => {
  const workspace = await makeWorkspace({ 'templates/a.yaml': 'software: { spack_packages: [gcc] }\n' });
  const first = workspace.start(['build', 'a', '--json'], { AMIGRAPH_SANDBOX_SPEED: '300' });
  await first.line(step('bootstrap'));
  const second = await workspace.run(['build', 'a', '--no-wait'], { AMIGRAPH_SANDBOX_SPEED: '300' });
  expect(second.code).toBe(9);
  expect(second.stderr).toMatch(
    /^a: failed: .+@.+ has been building it since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m,
  );
  expect((await first.ended).code).toBe(0);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s once: instances end, leases are free, exit 130',
  async (signal) => {
    const workspace = await makeWorkspace();
    const run = workspace.start(['build', '--all', '--json'], slow);
    await run.line(step('package gcc'));
    run.child.kill(signal);
    const ran = await run.ended;
    expect(ran.code).toBe(130);
    expect(finished(ran)).toMatchObject({ built: [], failed: ['foundation'], skipped: ['gromacs', 'namd'] });
    const cloud = await lookInto(workspace.folder);
    expect(await cloud.instances()).toEqual(['terminated']);
    expect((await workspace.run(['build', '--all'])).code).toBe(0);
  },
);

test.each([
  ['SIGHUP', 'SIGHUP'],
  ['SIGHUP', 'SIGTERM'],
  ['SIGINT', 'SIGTERM'],
  ['SIGTERM', 'SIGINT'],
] as const)('%s, then %s: what was begun is still cleaned up', async (first, second) => {
  const workspace = await makeWorkspace({
    'templates/a.yaml': 'software: { spack_packages: [gcc] }\n',
    'faults.json': JSON.stringify([
      { operation: 'ec2:TerminateInstances', times: 'always', fault: { kind: 'delay', ms: 600_000 } },
    ]),
  });
  const run = workspace.start(['build', 'a', '--json'], { ...slow, AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  await run.line(step('package gcc'));
  run.child.kill(first);
  await run.line((line) => line.includes('"interrupted"'));
  run.child.kill(second);
  const ran = await run.ended;
  expect(ran.code).toBe(130);
  expect(finished(ran)).toMatchObject({ failed: ['a'] });
  expect(await (await lookInto(workspace.folder)).instances()).toEqual(['terminated']);
});

test.each([
  ['SIGINT', 'while a step runs', step('package gcc')],
  ['SIGINT', 'while the image is being made', step('"image"')],
  ['SIGTERM', 'while a step runs', step('package gcc')],
] as const)(
  '%s twice %s: the program leaves at once, and the next run makes good',
  async (signal, _when, reached) => {
    const workspace = await makeWorkspace({ 'templates/a.yaml': 'software: { spack_packages: [gcc] }\n' });
    const run = workspace.start(['build', 'a', '--json'], slow);
    await run.line(reached);
    run.child.kill(signal);
    await run.line((line) => line.includes('"interrupted"'));
    run.child.kill(signal);
    const ran = await run.ended;
    expect(ran.code).toBe(130);
    expect(ran.stdout).not.toContain('run-finished');
    expect((await workspace.run(['build', 'a'])).code).toBe(0);
    const cloud = await lookInto(workspace.folder);
    expect(await cloud.imageTags()).toHaveLength(1);
    expect((await cloud.instances()).filter((state) => state !== 'terminated')).toEqual([]);
    expect((await workspace.run(['leases', '--json'])).stdout).toBe('[]\n');
  },
);

test('interrupted while a launch goes unanswered: its instance is found by its tag, and ended', async () => {
  const workspace = await makeWorkspace({
    'templates/a.yaml': 'tests: ["true"]\n',
    'faults.json': JSON.stringify([
      { operation: 'ec2:RunInstances', times: 'always', fault: { kind: 'reset-after' } },
    ]),
  });
  const run = workspace.start(['build', 'a', '--json'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  await run.line((line) => line.includes('"retry"'));
  run.child.kill('SIGINT');
  expect((await run.ended).code).toBe(130);
  const cloud = await lookInto(workspace.folder);
  expect(await cloud.instances()).toEqual(['terminated']);
});

test('a reader that goes away does not stop a build', async () => {
  const workspace = await makeWorkspace();
  const run = workspace.start(['build', '--all', '--json'], slow);
  await run.line(step('bootstrap'));
  run.child.stdout?.destroy();
  expect((await run.ended).code).toBe(0);
  expect(JSON.parse((await workspace.run(['list', '--json'])).stdout)).toHaveLength(3);
});
