/** What a confined run may see and touch, how it ends, and that it outlives whoever started it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findConfinement } from '../../src/sandbox/confinement.ts';
import { resetSandbox } from '../../src/sandbox/reset.ts';
import { Confined, eventually, whyNot } from '../scripts/confined.ts';

const source = path.resolve(import.meta.dirname, '../../src/sandbox/confinement.ts');
const jiti = path.join(
  path.dirname(createRequire(import.meta.url).resolve('jiti/package.json')),
  'lib/jiti-cli.mjs',
);

describe('findConfinement', () => {
  it('finds none where bubblewrap is not on PATH', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'amigraph-none-'));
    expect(findConfinement(folder, { PATH: folder })).toBeUndefined();
    expect(findConfinement(folder, {})).toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  it('finds none where bubblewrap can make no namespace, and tries it once', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'amigraph-none-'));
    const tried = path.join(folder, 'tried');
    writeFileSync(path.join(folder, 'bwrap'), `#!/bin/sh\necho x >>${tried}\nexit 1\n`, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    expect(findConfinement(folder, env)).toBeUndefined();
    expect(findConfinement(folder, env)).toBeUndefined();
    expect(readFileSync(tried, 'utf8')).toBe('x\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('trial-'))).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(whyNot !== undefined)(`a confined run (${whyNot ?? 'confined'})`, () => {
  let confined: Confined;
  beforeAll(() => {
    confined = new Confined();
    confined.confinement.prepareInstance('i-1', undefined);
  });
  afterAll(() => {
    confined.remove();
  });

  it('gives its output and exit code, and keeps its files', async () => {
    const done = await confined.run(
      'i-1',
      'echo out',
      'echo err >&2',
      'echo kept >"$DESTDIR/opt/a"',
      'cat /opt/a',
      'exit 7',
    );
    expect(done).toEqual({ state: 'done', exitCode: 7, stdout: 'out\nkept\n', stderr: 'err\n' });
    expect(readFileSync(path.join(confined.root('i-1'), 'opt/a'), 'utf8')).toBe('kept\n');
  });

  it('runs a script of another kind where the first line says so', async () => {
    const done = await confined.run('i-1', '#!/usr/bin/env -S sed -n 2p', 'as it stands $HOME');
    expect(done.stdout).toBe('as it stands $HOME\n');
  });

  it('sees no network, processes, files or environment of this machine', async () => {
    process.env['AMIGRAPH_SECRET'] = 'secret';
    const here = `${confined.folder}/bubblewrap.json`;
    const done = await confined.run(
      'i-1',
      'echo interfaces $(tail -n +3 /proc/net/dev | cut -d: -f1)',
      'echo processes $(ls -d /proc/[0-9]* | wc -l)',
      `[ -e ${here} ] && echo sees files`,
      `[ -e ${process.env['HOME'] ?? '/root'}/.profile ] && echo sees the home`,
      '[ -e /etc/shadow ] && echo sees shadow',
      'touch /usr/amigraph 2>/dev/null && echo writes to usr',
      'cat /proc/*/environ | grep -c AMIGRAPH_SECRET',
      'pwd; . /etc/os-release; echo $ID',
    );
    delete process.env['AMIGRAPH_SECRET'];
    const [interfaces, processes, ...rest] = done.stdout.trim().split('\n');
    expect(interfaces).toBe('interfaces lo');
    expect(Number(processes?.split(' ')[1])).toBeLessThan(10);
    expect(rest).toEqual(['0', '/', 'amzn']);
  });

  it('is ended at its time, with all that it has started, as 124', async () => {
    const done = await confined.end(
      confined.start('i-1', ['trap "" TERM', 'setsid sleep 1000 &', 'sleep 1000'], 0.2),
    );
    expect(done.exitCode).toBe(124);
  });

  it('may print for ever, and only the beginning is kept', async () => {
    const done = await confined.run('i-1', 'head -c 30000000 /dev/zero | tr "\\0" x; echo end >&2');
    expect(done).toMatchObject({ exitCode: 0, stderr: 'end\n' });
    expect(done.stdout.length).toBe(10 * 1024 * 1024);
  });

  it('reads the parameters that are laid out for it, by the AWS command line, and no others', async () => {
    const read = (name: string): string =>
      `aws ssm get-parameter --region us-west-2 --with-decryption --name ${name} --query Parameter.Value --output text`;
    const lines = [`value=$(${read('/hpc/key')})`, 'printf "[%s]" "$value"', read('/hpc'), 'echo "$?"'];
    const done = await confined.end(confined.start('i-1', lines, 60, { '/hpc/key': 'a\n"b" $c\\' }));
    expect(done).toEqual({
      state: 'done',
      exitCode: 0,
      stdout: '[a\n"b" $c\\]254\n',
      stderr: '\nAn error occurred (ParameterNotFound) when calling the GetParameter operation: \n',
    });
  });

  it('is started once', async () => {
    const run = {
      id: 'once',
      instance: 'i-1',
      lines: ['echo x >>/opt/once'],
      timeoutSeconds: 10,
      parameters: {},
    };
    confined.confinement.start(run);
    confined.confinement.start(run);
    await confined.end('once');
    confined.confinement.start(run);
    await confined.end('once');
    expect(readFileSync(path.join(confined.root('i-1'), 'opt/once'), 'utf8')).toBe('x\n');
  });

  it('is lost when it is cancelled, and nothing of it is left', async () => {
    const id = confined.start('i-1', [
      'echo $$ >/opt/alive',
      'setsid cat /dev/zero >/dev/null &',
      'mkfifo /opt/never; cat /opt/never',
    ]);
    await eventually(
      'the run to begin',
      () => existsSync(path.join(confined.root('i-1'), 'opt/never')) || undefined,
    );
    const [pid] = readFileSync(path.join(confined.folder, 'runs', id, 'process'), 'utf8').split(' ');
    confined.confinement.cancel(id);
    confined.confinement.cancel(id);
    await eventually('the end', () => (confined.confinement.result(id).state === 'lost' ? true : undefined));
    await eventually('its processes to go', () => (sessionOf(String(pid)).length === 0 ? true : undefined));
  });

  it('is lost when it was never started, and when its instance is removed', async () => {
    expect(confined.confinement.result('unknown')).toEqual({ state: 'lost' });
    confined.confinement.cancel('unknown');
    confined.confinement.prepareInstance('i-2', undefined);
    const id = confined.start('i-2', ['mkfifo /opt/never; cat /opt/never']);
    await eventually(
      'the run to begin',
      () => existsSync(path.join(confined.root('i-2'), 'opt/never')) || undefined,
    );
    confined.confinement.removeInstance('i-2');
    confined.confinement.removeInstance('i-2');
    await eventually('the end', () => (confined.confinement.result(id).state === 'lost' ? true : undefined));
    expect(existsSync(confined.root('i-2'))).toBe(false);
  });

  it('outlives a starter that is killed, and is found again by its id', async () => {
    const starter = path.join(confined.folder, 'starter.ts');
    writeFileSync(
      starter,
      `import { findConfinement } from ${JSON.stringify(source)};
       const lines = ['mkfifo /opt/go', 'cat /opt/go'];
       findConfinement(${JSON.stringify(confined.folder)}, process.env)?.start({ id: 'survivor', instance: 'i-1', lines, timeoutSeconds: 60, parameters: {} });
       setInterval(() => undefined, 1000);`,
    );
    const child = spawn(process.execPath, [jiti, starter], { stdio: 'inherit' });
    const pipe = path.join(confined.root('i-1'), 'opt/go');
    await eventually('the run to begin', () => existsSync(pipe) || undefined);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(confined.confinement.result('survivor')).toEqual({ state: 'running' });
    await writeFile(pipe, 'still here\n');
    expect(await confined.end('survivor')).toMatchObject({ exitCode: 0, stdout: 'still here\n' });
  });

  it('starts from the image that was captured, whatever happens to either', async () => {
    const { confinement } = confined;
    confinement.prepareInstance('parent', undefined);
    await confined.run(
      'parent',
      'echo one >/opt/file; mkdir /opt/shut; echo x >/opt/shut/x; chmod 0 /opt/shut/x',
    );
    confinement.capture('parent', 'ami-1');
    await confined.run('parent', 'echo two >/opt/file');
    confinement.capture('parent', 'ami-1');
    confinement.prepareInstance('child', 'ami-1');
    expect((await confined.run('child', 'cat /opt/file; echo three >/opt/file')).stdout).toBe('one\n');
    confinement.prepareInstance('child', 'ami-1');
    expect((await confined.run('child', 'cat /opt/file')).stdout).toBe('three\n');
    confinement.removeImage('ami-1');
    confinement.removeImage('ami-1');
    expect(existsSync(path.join(confined.folder, 'images', 'ami-1'))).toBe(false);
    confinement.prepareInstance('from-base', 'ami-unknown');
    expect((await confined.run('from-base', 'test -f /opt/file')).exitCode).toBe(1);
  });

  it.each(['', '../x', 'a/b', 'A', 'x y'])('takes no id like %j', (id) => {
    const { confinement } = confined;
    expect(() => confinement.prepareInstance(id, undefined)).toThrow('not an id');
    expect(() =>
      confinement.start({ id, instance: 'i-1', lines: [], timeoutSeconds: 1, parameters: {} }),
    ).toThrow('not an id');
    expect(() => confinement.removeImage(id)).toThrow('not an id');
    expect(() => confinement.result(id)).toThrow('not an id');
  });

  it('is ended by a reset, whatever it has made unwritable, and nothing is left', async () => {
    const other = new Confined();
    mkdirSync(path.join(other.folder, 'state'));
    other.confinement.prepareInstance('i-1', undefined);
    const id = other.start('i-1', [
      'mkdir -p /opt/a/b; chmod 500 /opt/a',
      'mkfifo /opt/never; cat /opt/never',
    ]);
    await eventually(
      'the run to begin',
      () => existsSync(path.join(other.root('i-1'), 'opt/never')) || undefined,
    );
    const [pid] = readFileSync(path.join(other.folder, 'runs', id, 'process'), 'utf8').split(' ');
    expect(await resetSandbox(other.folder)).toBe(true);
    expect(readdirSync(other.folder)).toEqual([]);
    await eventually('its processes to go', () => (sessionOf(String(pid)).length === 0 ? true : undefined));
    other.remove();
  });

  it('has a Spack that refuses what Spack refuses', async () => {
    for (const [args, code] of [
      ["''", 1],
      ['-x', 2],
      ['@1.2', 1],
      ['cmake@3.31.9', 0],
    ] as const) {
      expect(await confined.run('i-1', `spack install ${args}`), args).toMatchObject({ exitCode: code });
    }
  });
});

/** The processes of a process group that are not waiting to be reaped. */
function sessionOf(group: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return itsGroup === group && state !== 'Z';
    } catch {
      return false;
    }
  });
}
