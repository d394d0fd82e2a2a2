/** `amigraph logs`: which build a word means, and what its steps have printed. */
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type CloudView, lookInto } from './cloud.ts';
import { events, makeWorkspace, program, type Ran, threeTemplates, type Workspace } from './rig.ts';

const failing = {
  'faults.json': JSON.stringify([
    {
      operation: 'ssm:SendCommand',
      times: 1,
      match: { Comment: 'package namd' },
      fault: { kind: 'fail-step', exitCode: 7, output: 'what it printed' },
    },
  ]),
};
const withFaults = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };

const buildId = (ran: Ran, template: string): string =>
  String(
    events(ran).find((event) => event.type === 'image-started' && event['template'] === template)?.[
      'buildId'
    ],
  );

const headings = ({ stdout }: Ran): string[] => stdout.match(/^==> .* <==$/gm) ?? [];

/** As the SSM agent would have written it; `build`: any. */
async function putLog(cloud: CloudView, build: string, step: string, command: string, body: Uint8Array) {
  const Key = `amigraph/logs/${build}/${step}/${command}/i-1/awsrunShellScript/0.awsrunShellScript/stdout`;
  await cloud.s3.send(new PutObjectCommand({ Bucket: 'amigraph-sandbox', Key, Body: body }));
}

async function emptyCloud(workspace: Workspace, now?: () => number): Promise<CloudView> {
  // It makes the bucket.
  expect((await workspace.run(['leases'])).code).toBe(0);
  return lookInto(workspace.folder, now);
}

const strange = '20261123-0412-abababab-9f8e7d';

async function builtAndFailed(): Promise<{ workspace: Workspace; ran: Ran }> {
  const workspace = await makeWorkspace({ ...threeTemplates, ...failing });
  const ran = await workspace.run(['build', '--all', '--json'], withFaults);
  expect(ran.code).toBe(1);
  return { workspace, ran };
}

describe('of a template', () => {
  test('that was built: every step in order, each under its heading, and what became of it beside that', async () => {
    const { workspace, ran } = await builtAndFailed();
    const shown = await workspace.run(['logs', 'foundation']);
    expect(shown.code).toBe(0);
    expect(shown.stderr).toMatch(
      new RegExp(
        `^build ${buildId(ran, 'foundation')} of foundation \\([0-9a-f]{16}\\): it made ami-\\w+\n$`,
      ),
    );
    expect(headings(shown)).toEqual([
      '==> 2 bootstrap <==',
      '==> 3 package-gcc@13.2.0 <==',
      '==> 4 package-cmake@3.27.0 <==',
      '==> 5 test-1 <==',
      '==> 6 clean-up <==',
    ]);
    expect(shown.stdout).toMatch(/^==> 2 bootstrap <==\nsimulated: /);
    expect(shown.stdout).toContain('\n\n==> 3 ');
  });

  test('that failed: what it printed and what the agent says, also when the template is another one by now', async () => {
    const { workspace, ran } = await builtAndFailed();
    const id = buildId(ran, 'namd');
    const failed = /^build (\S+) of namd \(\w{16}\): it failed at step package namd@3\.0\.1: exit code 7\n$/;
    const shown = await workspace.run(['logs', 'namd', '--step', 'package namd@3.0.1']);
    expect(shown).toMatchObject({
      code: 0,
      stdout: 'what it printed\nfailed to run commands: exit status 7',
    });
    expect(failed.exec(shown.stderr)?.[1]).toBe(id);
    expect(await workspace.run(['logs', id, '--step', '3'])).toEqual(shown);
    expect(await workspace.run(['logs', 'namd', '--step', '03', '--follow'])).toEqual({ ...shown, code: 1 });
    await workspace.write('templates/namd.yaml', 'extends: foundation.yaml\ntests: [another]\n');
    expect(await workspace.run(['logs', 'namd', '--step', '3'])).toEqual(shown);
    await workspace.run(['build', 'namd'], withFaults);
    expect((await workspace.run(['logs', 'namd'])).stderr).toMatch(/: it made ami-\w+\n$/);
    // The build of before is still to be found by its id.
    expect((await workspace.run(['logs', id])).stderr).toMatch(failed);
  });

  test('that was never built, or does not exist', async () => {
    const workspace = await makeWorkspace();
    expect(await workspace.run(['logs', 'namd'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: no build of namd is known in us-west-2\n  cure: make one: amigraph build namd; of one that was interrupted, the id that it told finds the logs\n',
    });
    expect(await workspace.run(['logs', 'named'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: named is no template, and not the id of a build\n  cure: did you mean namd?\n',
    });
    expect(await workspace.run(['logs', strange])).toMatchObject({
      code: 2,
      stderr: `error: there is no build ${strange} in us-west-2, and no log of one\n  cure: look at the id, and at the Region: --region\n`,
    });
    expect(await workspace.run(['logs'])).toMatchObject({
      code: 2,
      stderr: 'error: amigraph logs needs more words\n  cure: say amigraph logs NAME|BUILD\n',
    });
  });
});

test('a step that there is not is an error with those that there are', async () => {
  const { workspace } = await builtAndFailed();
  const { code, stdout, stderr } = await workspace.run(['logs', 'namd', '--step', 'package gcc']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(
    'error: there is no log of a step package gcc\n  cure: there are: 2 bootstrap, 3 package-namd@3.0.1\n',
  );
});

test('logs that were removed are told, and the build is known all the same', async () => {
  const { workspace, ran } = await builtAndFailed();
  const cloud = await lookInto(workspace.folder);
  const keys = await cloud.store.list('amigraph/logs/');
  for (const Key of keys.ok ? keys.value : [])
    await cloud.s3.send(new DeleteObjectCommand({ Bucket: 'amigraph-sandbox', Key }));
  const { code, stdout, stderr } = await workspace.run(['logs', 'namd']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(
    /: it failed at step package namd@3\.0\.1: exit code 7\nerror: there are no logs of it in/,
  );
  expect(stderr).toContain(
    `error: there are no logs of it in s3://amigraph-sandbox/amigraph/logs/${buildId(ran, 'namd')}/\n`,
  );
});

describe('what is there, of a build of which nothing else is known', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

  test('is shown byte for byte, the last of several commands, without credentials', async () => {
    const workspace = await makeWorkspace();
    let now = Date.parse('2026-11-23T04:12:00Z');
    const cloud = await emptyCloud(workspace, () => now);
    await putLog(cloud, strange, '02-a', 'before', bytes('old'));
    now += 1000;
    await putLog(cloud, strange, '02-a', 'after', bytes('\xff\xfe AKIAIOSFODNN7EXAMPLE\r\n\0no end'));
    await putLog(cloud, strange, '10-b', 'one', bytes('x'));
    const { stdout, stderr, status } = spawnSync(process.execPath, [program, 'logs', strange], {
      cwd: workspace.folder,
      env: { PATH: '' },
      encoding: 'latin1',
    });
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `build ${strange}: it ended without an image, or its image is gone\nstep 2 a was begun 2 times: this is the last\n`,
    });
    expect(stdout).toBe('==> 2 a <==\n\xff\xfe ***\r\n\0no end\n\n==> 10 b <==\nx');
  });

  test('may be large, and nobody needs to read it to its end', async () => {
    const workspace = await makeWorkspace();
    const cloud = await emptyCloud(workspace);
    const line = `${'x'.repeat(998)}\n`;
    const whole = line.repeat(20_000);
    await putLog(cloud, strange, '02-a', 'one', Buffer.from(whole));
    const shown = await workspace.run(['logs', strange, '--step', 'a']);
    expect(shown.stdout === whole).toBe(true);
    const piped = spawnSync(
      '/bin/bash',
      [
        '-c',
        `"${process.execPath}" "${program}" logs ${strange} --step 2 | /usr/bin/head -n 1; echo "\${PIPESTATUS[0]}"`,
      ],
      {
        cwd: workspace.folder,
        env: { PATH: '', SHLVL: '2' },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    expect(piped.stdout).toBe(`${line}0\n`);
    expect(piped.stderr).toMatch(/^build \S+: it ended [^\n]*\n$/);
  });
});
