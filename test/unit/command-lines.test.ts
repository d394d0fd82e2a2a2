/** The shell lines of a step, run by a real shell as SSM would. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandComment, commandLines } from '../../src/execute/command-lines.ts';
import { parseSpackSpec } from '../../src/template/spack-spec.ts';
import { valueOf } from './rig.ts';

const step = (args: readonly string[] = [], name = 'x') => ({ name, script: 'x.sh', arguments: args });

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** As SSM does it: all lines as one script, with something on its input that no step may read. */
function run(script: string, args: readonly string[] = [], shell = 'bash'): Ran {
  const lines = commandLines(step(args), script, { region: 'us-west-2', secrets: [] });
  const { status, stdout, stderr } = spawnSync(shell, ['-c', lines.join('\n')], {
    input: 'input that is not for the step\n',
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { code: status, output: stdout, errors: stderr };
}

const showArguments = String.raw`printf '%s\0' "$@"`;

describe('a script', () => {
  test('runs to its end', () => {
    expect(run('#!/bin/bash\necho one\necho two\n')).toEqual({ code: 0, output: 'one\ntwo\n', errors: '' });
  });

  test('needs no line break at its end, and may be empty', () => {
    expect(run('echo one\necho two')).toEqual({ code: 0, output: 'one\ntwo\n', errors: '' });
    expect(run('')).toEqual({ code: 0, output: '', errors: '' });
    expect(run('\n\n')).toEqual({ code: 0, output: '', errors: '' });
  });

  test('AWS 1: that fails in the middle has failed', () => {
    expect(run('echo one\nfalse\necho two\n')).toEqual({ code: 1, output: 'one\n', errors: '' });
    expect(run('false | cat\necho two\n')).toEqual({ code: 1, output: '', errors: '' });
    const { code, output } = run('echo "$NOT_SET_ANYWHERE"\necho two\n');
    expect(code).not.toBe(0);
    expect(output).not.toContain('two');
  });

  test.each([0, 1, 2, 42, 255])('that exits with %d has that exit code', (code) => {
    expect(run(`exit ${code}\n`).code).toBe(code);
  });

  test('has both its outputs in one, in order', () => {
    expect(run('echo one\necho two >&2\necho three\n')).toEqual({
      code: 0,
      output: 'one\ntwo\nthree\n',
      errors: '',
    });
  });

  test('cannot read the rest as its input', () => {
    expect(run('cat\nread -r line || echo nothing\necho end\n').output).toBe('nothing\nend\n');
  });

  test('is not expanded by the shell that carries it', () => {
    const script = String.raw`echo '$HOME' "$((1 + 1))" \\ '\n' '` + "`id`' '$(id)' '!!'\n";
    expect(run(script).output).toBe(String.raw`$HOME 2 \ \n ` + '`id` $(id) !!\n');
  });

  test('may hold documents of its own, and what looks like the end of one', () => {
    expect(run("cat <<'EOF'\nAMIGRAPH_\n$x\nEOF\necho end\n").output).toBe('AMIGRAPH_\n$x\nend\n');
  });

  test('of hundreds of KiB runs', () => {
    expect(run(`${'# a comment\n'.repeat(4000)}echo end\n`).output).toBe('end\n');
  });

  test('leaves no file behind', () => {
    const [name = ''] = run('echo "$0"\n').output.split('\n');
    expect(name).toMatch(/^\/\S+$/);
    expect(run(`test ! -e ${name}\n`).code).toBe(0);
    expect(run('test -e "$0"\n').code).toBe(0);
  });

  test('that empties the folder of temporary files, as the clean-up does, takes nothing from the filter', () => {
    const folder = mkdtempSync(join(tmpdir(), 'amigraph-emptied-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [work, programs] = ['work', 'programs'].map((name) => join(folder, name));
    mkdirSync(work ?? '');
    mkdirSync(programs ?? '');
    // An awk that begins late.
    const late = `#!/bin/sh\nwhile ls -d ${work}/* >/dev/null 2>&1; do :; done\nPATH=\${PATH#*:} exec awk "$@"\n`;
    writeFileSync(join(programs ?? '', 'awk'), late, { mode: 0o755 });
    const script = `rm -rf ${work}/*\necho AKIAIOSFODNN7EXAMPLE\n`;
    const lines = commandLines(step(), script, { region: 'us-west-2', secrets: [] });
    const ran = spawnSync('bash', ['-c', lines.join('\n')], {
      env: { ...process.env, TMPDIR: work, PATH: `${programs}:${process.env['PATH']}` },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, '***\n', '']);
  });

  test('that is killed with all that it started, as SSM does it at the end of its time, keeps what it printed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'amigraph-killed-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const ready = join(folder, 'ready');
    expect(spawnSync('mkfifo', [ready]).status).toBe(0);
    const script = [
      'echo before AKIAIOSFODNN7EXAMPLE',
      'printf "no end"',
      // By that name it has a session of its own.
      'shell=$(ps -o ppid= -p $PPID)',
      'until pgrep -P "${shell// /}" awk >/dev/null; do :; done',
      'echo >"$1"',
      'sleep 100',
    ].join('\n');
    const lines = commandLines(step([ready]), script, { region: 'us-west-2', secrets: [] });
    const child = spawn('sh', ['-c', lines.join('\n')], {
      detached: true,
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (text) => (output += String(text)));
    const closed = new Promise((resolve) => child.on('close', resolve));
    await readFile(ready);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await closed;
    expect(output).toBe('before ***\nno end\n');
  });

  test('runs under the plain shell that SSM may use as well', () => {
    expect(run('[[ a == a ]] && echo "$1"\n', ["it's"], 'sh')).toEqual({
      code: 0,
      output: "it's\n",
      errors: '',
    });
  });
});

describe('arguments', () => {
  test('arrive as they are', () => {
    const args = [
      'plain',
      '',
      ' ',
      "it's",
      '"',
      '$HOME',
      '$(id)',
      '`id`',
      '\\',
      'a\nb',
      '*',
      '~',
      '!',
      ';',
      '&&',
      '-n',
      '#',
      'ä',
      "'''",
    ];
    expect(run(showArguments, args).output.split('\0').slice(0, -1)).toEqual(args);
  });

  test('that are a spec with quotes arrive as one', () => {
    const spec = `gcc@14 cflags='-O3 "$(id)"; \`id\` \\' \\n' languages=c,c++ ^x y="it's !"`;
    const { text } = valueOf(parseSpackSpec(spec));
    expect(text).toContain('$(id)');
    expect(run(showArguments, [text]).output).toBe(`${text}\0`);
  });

  test('arrive as they are, whatever they hold', () => {
    const word = fc.string({
      unit: fc.constantFrom("'", '"', '$', '`', '\\', '\n', ' ', 'a', '(', ')', '{', '!', '*', '-', '%'),
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (args) => {
        expect(run(showArguments, args).output.split('\0').slice(0, -1)).toEqual(args);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the comment that finds a command again', () => {
  test('names the build, the position and the step', () => {
    expect(commandComment('20261123-0412-abababab-9f8e7d', 3, 12, step([], 'package gcc@14'))).toBe(
      '20261123-0412-abababab-9f8e7d 3/12 package gcc@14',
    );
  });

  test('is plain ASCII of at most 100 characters, and differs between the steps of a build', () => {
    const name = fc.string({ unit: 'binary', maxLength: 120 });
    fc.assert(
      fc.property(name, fc.nat(9999), fc.nat(9999), (text, a, b) => {
        const [one, two] = [a, b].map((index) =>
          commandComment('20261123-0412-abababab-9f8e7d', index, 9999, step([], text)),
        );
        expect(one).toMatch(/^[\x20-\x7e]{1,100}$/);
        expect(one === two).toBe(a === b);
      }),
      { numRuns: 40 },
    );
  });
});
