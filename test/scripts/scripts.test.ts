/** What each script does to an empty machine, twice, and what it refuses. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSpackSpec } from '../../src/template/spack-spec.ts';
import { valueOf } from '../unit/rig.ts';
import { Confined, scriptsFolder, whyNot } from './confined.ts';

const scripts = readdirSync(scriptsFolder).filter((name) => name.endsWith('.sh'));
const noShellcheck = spawnSync('shellcheck', ['--version']).error !== undefined;

describe('the text of the scripts', () => {
  it('is all that the program calls', () => {
    expect(scripts).toEqual([
      'bootstrap.sh',
      'clean-up.sh',
      'create-users.sh',
      'install-package.sh',
      'mount-data.sh',
      'run-tests.sh',
    ]);
  });

  it.each(scripts)('%s can be parsed, stops at the first failure and says what it does', (name) => {
    const file = path.join(scriptsFolder, name);
    execFileSync('bash', ['-n', file]);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^#!\/usr\/bin\/env bash\n# [A-Z].*[.;]/);
    expect(text).toContain('\nset -euo pipefail\nexport LC_ALL=C\n');
  });

  it.skipIf(noShellcheck)('passes shellcheck (skipped where it is not installed)', () => {
    const files = scripts.map((name) => path.join(scriptsFolder, name));
    const found = spawnSync('shellcheck', files, { encoding: 'utf8' });
    expect(found.stdout).toBe('');
  });
});

/** Every file below a folder with what it says, so that two moments can be compared. */
function snapshot(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const place = path.join(folder, entry);
    const kind = lstatSync(place);
    if (kind.isSymbolicLink()) found[entry] = `-> ${readlinkSync(place)}`;
    else found[entry] = kind.isFile() ? readFileSync(place, 'utf8') : '';
  }
  return found;
}

describe.skipIf(whyNot !== undefined)(`the scripts on a machine (${whyNot ?? 'confined'})`, () => {
  let confined: Confined;
  beforeAll(() => {
    confined = new Confined();
  });
  afterAll(() => {
    confined.remove();
  });

  const cases: { script: string; args: string[]; leaves: string[] }[] = [
    {
      script: 'bootstrap.sh',
      args: [],
      leaves: [
        'opt/spack/bin/spack',
        'opt/spack-packages',
        'etc/spack/config.yaml',
        'etc/profile.d/spack.sh',
        'opt/lmod',
      ],
    },
    {
      script: 'install-package.sh',
      args: ['gcc@14.3.0 languages=c,c++'],
      leaves: ['opt/spack-store', 'opt/spack/etc/spack/site/packages.yaml'],
    },
    {
      script: 'create-users.sh',
      args: ['ada:5001:5000', 'grace:5002:5000'],
      leaves: ['etc/passwd', 'home/ada', 'home/grace'],
    },
    {
      script: 'mount-data.sh',
      args: ['some-bucket:/shared/in-put:ro', 'other:/shared/out'],
      leaves: [
        'shared/out',
        'etc/systemd/system/s3-shared-in\\x2dput.service',
        'etc/systemd/system/multi-user.target.wants/s3-shared-out.service',
      ],
    },
    { script: 'run-tests.sh', args: ['gcc --version'], leaves: [] },
    { script: 'clean-up.sh', args: [], leaves: ['etc/tmpfiles.d/amigraph-first-boot.conf'] },
  ];

  it.each(cases)(
    '$script does the same a second time, and writes below DESTDIR only',
    async ({ script, args, leaves }) => {
      const instance = `twice-${script.replace('.sh', '')}`;
      confined.confinement.prepareInstance(instance, undefined);
      // Elsewhere than where the confinement shows the root, so that a path without DESTDIR is seen.
      const before = ['export DESTDIR=/elsewhere', 'mkdir -p /elsewhere'];
      await confined.run(instance, 'true');
      const place = path.join(confined.root(instance), 'elsewhere');
      mkdirSync(place);
      const outside = (): [string, string][] =>
        Object.entries(snapshot(confined.root(instance))).filter(([name]) => !name.startsWith('elsewhere'));
      const untouched = outside();
      if (script === 'install-package.sh')
        expect((await confined.script(instance, 'bootstrap.sh', [], before)).exitCode).toBe(0);

      const first = await confined.script(instance, script, args, before);
      expect(first).toMatchObject({ exitCode: 0 });
      for (const file of leaves)
        expect(lstatSync(path.join(place, file), { throwIfNoEntry: false }), file).toBeDefined();
      const once = snapshot(place);
      const second = await confined.script(instance, script, args, before);
      expect(second).toMatchObject({ exitCode: 0 });
      expect(snapshot(place)).toEqual(once);
      expect(outside()).toEqual(untouched);
    },
  );

  it.each([
    ['bootstrap.sh', ['now'], 2],
    ['install-package.sh', [], 2],
    ['install-package.sh', ['gcc', 'cmake'], 2],
    ['install-package.sh', ['-x'], 2],
    ['install-package.sh', [';rm'], 2],
    ['install-package.sh', ['gcc; rm -rf /'], 2],
    ['install-package.sh', ['gcc$(id)'], 2],
    ['install-package.sh', ['./gcc.yaml'], 2],
    ['install-package.sh', ['/abc'], 2],
    ['install-package.sh', ['gcc x="a'], 2],
    ['install-package.sh', ['gcc x="a"$(id)'], 2],
    ['install-package.sh', ["gcc x='\u0007'"], 2],
    ['install-package.sh', [''], 2],
    ['install-package.sh', ['gcc'], 3],
    ['create-users.sh', [], 2],
    ['create-users.sh', ['a b:5001:5001'], 2],
    ['create-users.sh', ['root:0:0'], 2],
    ['create-users.sh', ['ada:5001'], 2],
    ['create-users.sh', ['ada:5001:5001', 'bob:5001:5001'], 2],
    ['mount-data.sh', [], 2],
    ['mount-data.sh', ['bucket:/etc/../..'], 2],
    ['mount-data.sh', ['bucket:/data/..'], 2],
    ['mount-data.sh', ['bucket:/etc/data'], 2],
    ['mount-data.sh', ['bucket:/'], 2],
    ['mount-data.sh', ['bucket:data'], 2],
    ['mount-data.sh', ['bucket:/data:rw'], 2],
    ['mount-data.sh', ['Bucket:/data'], 2],
    ['mount-data.sh', ['one:/data', 'two:/data'], 2],
    ['run-tests.sh', [], 2],
    ['run-tests.sh', [' '], 2],
    ['clean-up.sh', ['all'], 2],
  ] as [string, string[], number][])(
    '%s refuses %j with %i, in plain words, and leaves nothing',
    async (script, args, code) => {
      confined.confinement.prepareInstance('refused', undefined);
      await confined.run('refused', 'true');
      const before = snapshot(confined.root('refused'));
      const done = await confined.script('refused', script, args);
      expect(done.exitCode).toBe(code);
      expect(done.stderr).toMatch(/^[a-z-]+: .{10,200}\n$/);
      expect(snapshot(confined.root('refused'))).toEqual(before);
    },
  );

  it('install-package.sh takes every spec that a template may hold, whole', async () => {
    confined.confinement.prepareInstance('specs', undefined);
    await confined.script('specs', 'bootstrap.sh', []);
    const specs = [
      `builtin.gcc@14+x %[virtuals=c when='+y z'] llvm ^* a=b /abc`,
      `_x@git.feature/x=1 cflags='-O3 "$(id)"; \\' \`id\` é'`,
      `bonnie++@2.00a~x a="it's \\"b\\"" c=d\\`,
    ].map((text) => valueOf(parseSpackSpec(text)).text);
    for (const spec of specs) {
      const done = await confined.script('specs', 'install-package.sh', [spec]);
      expect(done).toMatchObject({ exitCode: 0 });
      expect(done.stderr).toContain(`stand-in: spack install ${spec}\n`);
      expect(done.stderr).toContain(`install-package: installed ${spec}\n`);
    }
    const opt = path.join(confined.root('specs'), 'opt');
    const names = readdirSync(path.join(opt, 'spack-store')).map((name) => name.replace(/-[^-]+$/, ''));
    expect(names).toEqual(expect.arrayContaining(['_x-git.feature', 'bonnie++-2.00a', 'gcc-14']));
    expect(readFileSync(path.join(opt, 'spack/etc/spack/site/packages.yaml'), 'utf8')).toContain('/gcc-14-');
  });

  it('create-users.sh says which ids an existing user has, and creates nobody', async () => {
    confined.confinement.prepareInstance('users', undefined);
    expect((await confined.script('users', 'create-users.sh', ['ada:5001:5000'])).exitCode).toBe(0);
    const done = await confined.script('users', 'create-users.sh', ['bob:5002:5000', 'ada:5003:5000']);
    expect(done).toMatchObject({
      exitCode: 3,
      stderr: 'create-users: user ada exists with uid 5001, not 5003\n',
    });
    expect(readFileSync(path.join(confined.root('users'), 'etc/passwd'), 'utf8')).not.toContain('bob');
  });

  it('bootstrap.sh does not go on over another Spack', async () => {
    confined.confinement.prepareInstance('other-spack', undefined);
    const done = await confined.script(
      'other-spack',
      'bootstrap.sh',
      [],
      ['git clone --branch v0.20.0 https://github.com/spack/spack.git "$DESTDIR/opt/spack"'],
    );
    expect(done.exitCode).toBe(3);
    expect(done.stderr).toContain('bootstrap: /opt/spack holds commit');
  });

  describe('run-tests.sh', () => {
    beforeAll(async () => {
      confined.confinement.prepareInstance('tests', undefined);
      await confined.script('tests', 'bootstrap.sh', []);
      await confined.script('tests', 'install-package.sh', ['gromacs@2025.3 +mpi ^openmpi@5.0.8']);
    });

    it.each([
      ['gmx_mpi --version | grep 2025.3', 0],
      ["command -v gmx && test 'a  b' = 'a  b'", 0],
      ['not-in-the-sandbox --version', 0],
      ['false', 1],
      ['false; true', 1],
      ['false | cat', 1],
      ['exit 3', 3],
      ['test -f /nope', 1],
      ['gmx --version | grep 2019', 1],
    ])('%s ends with %i', async (command, code) => {
      expect(await confined.script('tests', 'run-tests.sh', [command])).toMatchObject({ exitCode: code });
    });

    it('takes a command that is nowhere as passed in the tests only', async () => {
      const tested = await confined.script('tests', 'run-tests.sh', ['not-in-the-sandbox']);
      expect(tested.stderr).toContain(
        'stand-in: not-in-the-sandbox is not in the sandbox; taken as passed\n',
      );
      expect((await confined.run('tests', 'not-in-the-sandbox')).exitCode).toBe(127);
    });
  });

  it('clean-up.sh removes identity, credentials, histories and logs, and leaves the SSM agent what it needs', async () => {
    confined.confinement.prepareInstance('used', undefined);
    const root = confined.root('used');
    const goes = [
      'etc/ssh/ssh_host_rsa_key',
      'var/lib/cloud/instances/i-1/user-data.txt',
      'root/.bash_history',
      'root/.aws/credentials',
      'root/.ssh/authorized_keys',
      'home/ada/.aws/credentials',
      'home/ada/.ssh/authorized_keys',
      'home/ada/.python_history',
      'var/cache/dnf/packages.solv',
      'var/log/journal/abc/system.journal',
      'var/log/messages-20250101',
      'tmp/left',
      'var/tmp/left',
    ];
    const stays = [
      'home/ada/thesis.txt',
      'home/ada/.bashrc',
      'var/lib/amazon/ssm/i-1/document/state.json',
      'var/lib/cloud/seed/nocloud/meta-data',
    ];
    const emptied = ['etc/machine-id', 'var/log/amazon/ssm/amazon-ssm-agent.log'];
    for (const name of [...goes, ...stays, ...emptied]) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), 'text');
    }
    expect(await confined.script('used', 'clean-up.sh', [])).toMatchObject({ exitCode: 0 });
    expect(goes.filter((name) => existsSync(path.join(root, name)))).toEqual([]);
    expect(stays.map((name) => readFileSync(path.join(root, name), 'utf8'))).toEqual(stays.map(() => 'text'));
    expect(emptied.map((name) => readFileSync(path.join(root, name), 'utf8'))).toEqual(emptied.map(() => ''));
  });
});
