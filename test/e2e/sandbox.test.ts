/** The sandbox's state, its disk, its Regions and its speed, as a user meets them: exact words, exit codes, no stack trace. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { finished, makeWorkspace, type Ran, type Workspace } from './rig.ts';

const another = 'another folder with AMIGRAPH_SANDBOX_DIR or the option sandbox.folder.';
const commands = [['build', '--all'], ['list'], ['sandbox', 'serve']];

const program = new URL('../../dist/main.js', import.meta.url).pathname;
const nobody = ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const canBeNobody = succeeds([...nobody, '/usr/bin/test', '-r', program]);

function succeeds([command = '', ...args]: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** As another program, or another user, starts it. */
async function runBehind(
  workspace: Workspace,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const [first = process.execPath, ...more] = command;
  const child = spawn(first, [...more, process.execPath, program, 'build', '--all'], {
    cwd: workspace.folder,
    env: { PATH: '', HOME: '/nonexistent', AMIGRAPH_SANDBOX_SPEED: 'instant', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

describe('a state folder that cannot be used', () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      '/proc/x',
      `the folder cannot be written (ENOENT: no such file or directory, mkdir '/proc/x'). Choose ${another}`,
    ],
    [
      '/proc/x/y',
      `the folder cannot be written (ENOENT: no such file or directory, mkdir '/proc/x'). Choose ${another}`,
    ],
    ['/dev/null/x', `/dev/null is not a folder. Choose ${another}`],
    ['/dev/full', `/dev/full is not a folder. Choose ${another}`],
    ['/etc/passwd', `/etc/passwd is not a folder. Choose ${another}`],
  ];

  test.each(cases)('%s', async (folder, reason) => {
    const workspace = await makeWorkspace();
    for (const args of commands) {
      expect(await workspace.run(args, { AMIGRAPH_SANDBOX_DIR: folder })).toEqual({
        code: 2,
        stdout: '',
        stderr: `error: the sandbox in ${folder} cannot be used: ${reason}\n`,
      });
    }
  });

  test('.amigraph is a link to nothing', async () => {
    const workspace = await makeWorkspace();
    const link = join(workspace.folder, '.amigraph');
    await symlink('nowhere', link);
    for (const args of commands) {
      expect(await workspace.run(args)).toEqual({
        code: 2,
        stdout: '',
        stderr: `error: the sandbox in ${link}/sandbox cannot be used: ${link} is a link to nowhere, which does not exist. Remove it, or choose ${another}\n`,
      });
    }
  });

  test.runIf(canBeNobody)("root's state, used by nobody", async () => {
    const workspace = await makeWorkspace();
    expect((await workspace.run(['build', '--all'])).code).toBe(0);
    await chmod(workspace.folder, 0o755);
    const sandbox = join(workspace.folder, '.amigraph/sandbox');
    const refused = (what: string, path: string): Ran => ({
      code: 2,
      stdout: '',
      stderr: `error: the sandbox in ${sandbox} cannot be used: ${what} (EACCES: permission denied, access '${path}'). Let user 65534 write there (chown or chmod), or choose ${another}\n`,
    });
    expect(await runBehind(workspace, nobody)).toEqual(
      refused('the folder cannot be written', `${sandbox}/.`),
    );
    for (const path of [sandbox, `${sandbox}/state`]) await chmod(path, 0o777);
    expect(await runBehind(workspace, nobody)).toEqual(
      refused('its state cannot be written', `${sandbox}/state/data.mdb`),
    );
    await chmod(`${sandbox}/state/data.mdb`, 0o666);
    expect(await runBehind(workspace, nobody)).toEqual(
      refused('its state cannot be written', `${sandbox}/state/lock.mdb`),
    );
  });

  test.each(['a\nb', 'zażółć-数', 'a b\'c"d$e;f%41'])('a folder named %j is as good as any', async (name) => {
    const workspace = await makeWorkspace();
    const env = { AMIGRAPH_SANDBOX_DIR: name };
    expect((await workspace.run(['build', '--all'], env)).code).toBe(0);
    expect((await workspace.run(['build', '--all'], env)).stdout).toMatch(/^foundation +reused/);
    expect(await workspace.run(['sandbox', 'reset'], env)).toEqual({
      code: 0,
      stdout: '',
      stderr: `the sandbox in ${workspace.folder}/${name} is empty\n`,
    });
  });

  test.each([
    ['garbage', (file: string) => writeFile(file, 'garbage'.repeat(10_000))],
    ['cut in the middle', (file: string) => truncate(file, 40_960)],
  ])('a state that is %s falls to a reset', async (_, damage) => {
    const workspace = await makeWorkspace();
    expect((await workspace.run(['build', '--all'])).code).toBe(0);
    const sandbox = join(workspace.folder, '.amigraph/sandbox');
    await damage(join(sandbox, 'state/data.mdb'));
    for (const args of commands) {
      expect(await workspace.run(args)).toEqual({
        code: 2,
        stdout: '',
        stderr: `error: the sandbox in ${sandbox} cannot be used: its state (${sandbox}/state/data.mdb) is damaged. Remove it with \`amigraph sandbox reset\`, or choose ${another}\n`,
      });
    }
    expect((await workspace.run(['sandbox', 'reset'])).code).toBe(0);
    expect((await workspace.run(['build', '--all'])).stdout).toMatch(/^foundation +built/);
  });
});

const bubblewrap = '/usr/bin/bwrap';
const mounting = ['--dev-bind', '/', '/', '--size', '4096', '--tmpfs', '/mnt'];
const canMount = succeeds([bubblewrap, ...mounting, '/usr/bin/true']);

describe.runIf(canMount)('a disk that is full', () => {
  const onDisk = (folder: string, kibibytes: number): string[] => {
    const mount = ['--size', String(kibibytes * 1024), '--tmpfs', folder];
    return [bubblewrap, '--dev-bind', '/', '/', ...mount];
  };
  const full = (folder: string): string =>
    `the sandbox in ${folder} cannot be used: the disk is full: less than 8 MiB are free there. Free some space there, or choose ${another}`;

  test('from the start', async () => {
    const workspace = await makeWorkspace();
    const disk = join(workspace.folder, 'disk');
    await mkdir(disk);
    const sandbox = join(disk, 'a/sandbox');
    for (const kibibytes of [4, 64, 8000]) {
      const command = [
        ...onDisk(disk, kibibytes),
        '/bin/sh',
        '-c',
        `"$@"; code=$?; /bin/ls -A ${disk}; exit $code`,
        'sh',
      ];
      const ran = await runBehind(workspace, command, { AMIGRAPH_SANDBOX_DIR: sandbox });
      expect(ran).toEqual({ code: 2, stdout: '', stderr: `error: ${full(sandbox)}\n` });
    }
  });

  test('in the middle of a build, which ends and says so', async () => {
    const workspace = await makeWorkspace();
    const disk = join(workspace.folder, 'disk');
    await mkdir(disk);
    const ran = await runBehind(workspace, onDisk(disk, 8192 + 140), { AMIGRAPH_SANDBOX_DIR: disk });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`SandboxUnavailable: ${full(disk)}`);
    expect(ran.stderr).not.toMatch(/trying again|Error/);
  });
});

test('one bucket serves the builds of several Regions, each with its own images and manifest', async () => {
  const workspace = await makeWorkspace();
  const build = (region: string): Promise<Ran> =>
    workspace.run(['build', '--all', '--json', '--region', region]);
  for (const region of ['us-west-2', 'eu-west-1', 'us-east-1']) {
    expect(finished(await build(region))).toMatchObject({ built: ['foundation', 'gromacs', 'namd'] });
  }
  for (const region of ['eu-west-1', 'us-west-2']) {
    expect(finished(await build(region))).toMatchObject({
      built: [],
      reused: ['foundation', 'gromacs', 'namd'],
    });
    const { stdout } = await workspace.run(['list', '--json', '--region', region]);
    const images = JSON.parse(stdout) as { template: string; region: string }[];
    expect(images.map((image) => `${image.template} ${image.region}`).toSorted()).toEqual(
      ['foundation', 'gromacs', 'namd'].map((name) => `${name} ${region}`),
    );
  }
});

describe('the speed', () => {
  test.each(['100000', '1e9', '1e400', 'Infinity'])('%s is fast', async (speed) => {
    const workspace = await makeWorkspace();
    expect((await workspace.run(['build', '--all'], { AMIGRAPH_SANDBOX_SPEED: speed })).code).toBe(0);
  });

  test.each(['0.05', '0', '-1', 'NaN', '1e-400', 'fast'])('%s is refused', async (speed) => {
    const workspace = await makeWorkspace();
    expect(await workspace.run(['build', '--all'], { AMIGRAPH_SANDBOX_SPEED: speed })).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: AMIGRAPH_SANDBOX_SPEED=${speed}: must be a number from 0.1 on, or "instant"\n  cure: set AMIGRAPH_SANDBOX_SPEED right, or unset it\n`,
    });
  });
});
