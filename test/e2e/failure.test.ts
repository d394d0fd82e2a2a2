/** Builds that fail: what stands on them is left out, everything else goes on, and nothing stays behind. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { events, finished, makeWorkspace, threeTemplates, type Workspace } from './rig.ts';

const faults = (rules: readonly object[]): Record<string, string> => ({
  'faults.json': JSON.stringify(rules),
});
const withFaults = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };

async function nothingLeft(workspace: Workspace): Promise<void> {
  const cloud = await lookInto(workspace.folder);
  expect((await cloud.instances()).filter((state) => state !== 'terminated')).toEqual([]);
  const keys = await cloud.store.list('amigraph/leases/');
  for (const key of keys.ok ? keys.value : []) {
    const lease = await cloud.store.get(key);
    expect(lease.ok && JSON.parse(lease.value?.text ?? '')).toMatchObject({ state: 'free', journal: null });
  }
}

test('a failing step shows its last lines and where all of them are; the other child is built', async () => {
  const output = Array.from({ length: 40 }, (_, at) => `line ${at + 1}`).join('\n');
  const workspace = await makeWorkspace({
    ...threeTemplates,
    ...faults([
      {
        operation: 'ssm:SendCommand',
        times: 'always',
        match: { Comment: 'package namd' },
        fault: { kind: 'fail-step', exitCode: 7, output },
      },
    ]),
  });
  const ran = await workspace.run(['build', '--all'], withFaults);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toMatch(
    /^foundation {2}built +ami-\w+\ngromacs {5}built +ami-\w+\nnamd {8}failed +-\n\nFor ParallelCluster:\n/,
  );
  const log =
    /step package namd@3\.0\.1 failed: exit code 7; all that it printed: (\S+), or amigraph logs \S+ --step 3\n/.exec(
      ran.stderr,
    )?.[1] ?? '';
  const printed = `${output}\nfailed to run commands: exit status 7`;
  expect(await readFile(log, 'utf8')).toContain(printed);
  expect(ran.stderr.match(/^ {2}\| .*/gm)).toEqual(
    printed
      .split('\n')
      .slice(-15)
      .map((line) => `  | ${line}`),
  );
  await nothingLeft(workspace);
});

test('a failing parent: what stands on it is skipped, and the next run builds all of it', async () => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    ...faults([
      {
        operation: 'ssm:SendCommand',
        times: 1,
        match: { Comment: 'clean-up' },
        fault: { kind: 'fail-step' },
      },
    ]),
  });
  const first = await workspace.run(['build', '--all', '--json'], withFaults);
  expect(first.code).toBe(1);
  expect(finished(first)).toMatchObject({ built: [], failed: ['foundation'], skipped: ['gromacs', 'namd'] });
  expect(
    events(first).find((event) => event['template'] === 'namd' && event.type === 'image-finished'),
  ).toMatchObject({
    result: 'skipped',
    image: null,
    trouble: { code: 'ancestor-failed', template: 'foundation' },
  });
  await nothingLeft(workspace);
  const second = await workspace.run(['build', '--all', '--json'], withFaults);
  expect(finished(second)).toMatchObject({ built: ['foundation', 'gromacs', 'namd'] });
});

test('a failing test means no image', async () => {
  const workspace = await makeWorkspace({ 'templates/a.yaml': 'tests: ["true", "exit 3"]\n' });
  const ran = await workspace.run(['build', 'a']);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('a: failed: step test 2 failed: exit code 3; ');
  expect((await workspace.run(['list', '--json'])).stdout).toBe('[]\n');
});

test('an image that ends as failed: the reason, and another attempt the next time', async () => {
  const workspace = await makeWorkspace({
    'templates/a.yaml': 'tests: []\n',
    ...faults([
      {
        operation: 'ec2:CreateImage',
        times: 3,
        fault: { kind: 'image-failed', message: 'Client.Boom: no luck' },
      },
    ]),
  });
  const first = await workspace.run(['build', 'a'], withFaults);
  expect(first.code).toBe(1);
  expect(first.stderr).toMatch(/^a: failed: image ami-\w+ is failed: Client\.Boom: no luck$/m);
  const second = await workspace.run(['build', 'a'], withFaults);
  expect(second.code).toBe(0);
  expect(second.stderr).toMatch(
    /^a: build: ami-\w+ has this digest, but could not be made: Client.Boom: no luck$/m,
  );
  await nothingLeft(workspace);
});

test('--bail ends what is running and starts nothing more', async () => {
  const workspace = await makeWorkspace({
    'templates/a.yaml': 'tests: ["false"]\n',
    'templates/b.yaml': 'software: { spack_packages: [gcc] }\n',
    'templates/c.yaml': 'extends: b.yaml\nsoftware: { spack_packages: [cmake] }\n',
  });
  const ran = await workspace.run(['build', '--all', '--bail', '--json'], { AMIGRAPH_SANDBOX_SPEED: '2000' });
  expect(ran.code).toBe(1);
  expect(finished(ran)).toMatchObject({ built: [], failed: ['a', 'b'], skipped: ['c'] });
  await nothingLeft(workspace);
});

test('throttling, broken connections and conflicts on the way change nothing', async () => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    ...faults([
      {
        operation: 'ec2:DescribeInstances',
        times: 2,
        fault: { kind: 'error', code: 'RequestLimitExceeded', status: 503 },
      },
      { operation: 'ec2:RunInstances', times: 1, fault: { kind: 'reset-after' } },
      { operation: 'ssm:SendCommand', times: 2, fault: { kind: 'reset-after' } },
      { operation: 'ec2:CreateImage', times: 1, fault: { kind: 'reset-after' } },
      { operation: 's3:PutObject', skip: 1, times: 2, fault: { kind: 'reset-after' } },
      {
        operation: 's3:PutObject',
        skip: 6,
        times: 1,
        fault: { kind: 'error', code: 'ConditionalRequestConflict', status: 409 },
      },
    ]),
  });
  const ran = await workspace.run(['build', '--all', '--json'], withFaults);
  expect(ran.code).toBe(0);
  expect(finished(ran)).toMatchObject({ built: ['foundation', 'gromacs', 'namd'] });
  const cloud = await lookInto(workspace.folder);
  expect(await cloud.imageTags()).toHaveLength(3);
  expect(await cloud.instances()).toEqual(['terminated', 'terminated', 'terminated']);
});
