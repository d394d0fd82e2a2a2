/** validate: all that is wrong at once, without a cloud. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { makeWorkspace, threeTemplates } from './rig.ts';

/** The rig's PATH is empty. */
const withBash = { PATH: process.env['PATH'] ?? '' };
const hasBash = spawnSync('bash', ['-c', ':']).status === 0;

const noBash =
  'warning: the syntax of the scripts was not checked: there is no bash on PATH\n' +
  '  cure: install bash, or put the folder that holds it on PATH\n';

const wrong = {
  'templates/foundation.yaml':
    'users:\n  - { name: ada, uid: 5001, gid: 5001 }\nsoftware:\n  spack_packages: [gcc@13.2.0]\n',
  'templates/bad.yaml': 'tests: [a\nusers: []\n',
  'templates/clash.yaml': 'extends: foundation.yaml\nusers:\n  - { name: bob, uid: 5001, gid: 5001 }\n',
  'templates/files.yaml': 'build:\n  scripts: [gone.sh, broken.sh, tool.py, win.sh]\n  inputs: ["data/**"]\n',
  'templates/lost.yaml': 'extends: fundation.yaml\n',
  'templates/on-bad.yaml': 'extends: bad.yaml\n',
  'templates/queue.yaml': 'compute:\n  queues:\n    - { nmae: batch }\n',
  'broken.sh': 'echo begin\nif true; then\n  echo )\nfi\n',
  'tool.py': '#!/usr/bin/env python3\nprint(1)\n',
  'win.sh': 'true\r\ntrue\r\n',
};

const everything = `error: bash: syntax error near unexpected token \`)'
  at broken.sh:3:3
      echo )
      ^
  cure: mend the syntax there, or above it where something is still open
error: YAML: deficient indentation
  at templates/bad.yaml:2:1
    users: []
    ^
  cure: close the bracket or quote that is open above, or indent this line
error: user bob (uid 5001, gid 5001) conflicts with user ada (uid 5001, gid 5001)
  at templates/clash.yaml:3:5
      - { name: bob, uid: 5001, gid: 5001 }
        ^
  the other: templates/foundation.yaml:2:5
      - { name: ada, uid: 5001, gid: 5001 }
        ^
  cure: give each user one name and one uid
error: gone.sh does not exist
  at templates/files.yaml:2:13
      scripts: [gone.sh, broken.sh, tool.py, win.sh]
                ^
  cure: put it there, or name another script, by its path from the folder of amifile.ts
error: no file matches data/**
  at templates/files.yaml:3:12
      inputs: ["data/**"]
               ^
  cure: mend the pattern, which begins at the folder of amifile.ts, or add the files
error: lost extends templates/fundation.yaml, which does not exist
  at templates/lost.yaml:1:10
    extends: fundation.yaml
             ^
  cure: did you mean foundation.yaml?
error: on-bad stands on bad, which has errors
  at templates/on-bad.yaml:1:10
    extends: bad.yaml
             ^
error: tool.py is not a shell script: its first line names python3, and bash runs it
  at tool.py:1:1
    #!/usr/bin/env python3
    ^
  cure: write it for bash; a script for bash may hold the one for python3 and hand it over
error: win.sh has Windows line ends, which bash takes for a part of the commands
  at win.sh:1:5
    true
        ^
  cure: save it with Unix line ends: sed -i 's/\\r$//' win.sh
warning: unknown key compute.queues[0].nmae
  at templates/queue.yaml:3:9
        - { nmae: batch }
            ^
  cure: did you mean name?
`;

describe.skipIf(!hasBash)('with bash', () => {
  test('nothing wrong', async () => {
    const workspace = await makeWorkspace();
    expect(await workspace.run(['validate'], withBash)).toEqual({
      code: 0,
      stdout: '3 templates: nothing wrong\n',
      stderr: '',
    });
    const { stdout, ...rest } = await workspace.run(['validate', '--json'], withBash);
    expect(rest).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ templates: 3, errors: [], warnings: [] });
  });

  test('all at once', async () => {
    const workspace = await makeWorkspace(wrong);
    const ran = await workspace.run(['validate'], withBash);
    expect(ran.stderr).toBe(everything);
    expect(ran).toMatchObject({ code: 2, stdout: '7 templates, 9 errors, 1 warning\n' });
  });

  test('files of another ending are no templates, which is easily missed', async () => {
    const workspace = await makeWorkspace({
      'templates/a.yaml': 'build: { inputs: [templates/play.yml] }\n',
      'templates/play.yml': 'x',
      'templates/b.yml': 'x',
      'templates/md/c.yml': 'x',
      'templates/md/D.YAML': 'x',
    });
    expect(await workspace.run(['validate'], withBash)).toEqual({
      code: 0,
      stdout: '1 template, 0 errors, 1 warning\n',
      stderr:
        'warning: templates/b.yml, templates/md/D.YAML, templates/md/c.yml are no templates: templates in amifile.ts is templates/**/*.yaml\n' +
        '  cure: let their names end in .yaml\n',
    });
    await workspace.remove('templates/md/D.YAML');
    expect((await workspace.run(['validate'], withBash)).stderr).toContain(
      '  cure: let their names end in .yaml, or set templates to templates/**/*.{yaml,yml}\n',
    );
  });

  test('a name with signs that mean something in a pattern is told how it is written', async () => {
    const inputs = (pattern: string): string => `build:\n  inputs:\n    - ${pattern}\n`;
    const workspace = await makeWorkspace({
      'templates/a.yaml': inputs('files/foo (1).txt'),
      'files/foo (1).txt': 'x',
    });
    expect(await workspace.run(['validate'], withBash)).toMatchObject({
      code: 2,
      stderr: `error: no file matches files/foo (1).txt, though one is called so
  at templates/a.yaml:3:7
        - files/foo (1).txt
          ^
  cure: write it as a pattern: files/foo \\(1\\).txt
`,
    });
    await workspace.write('templates/a.yaml', inputs('files/foo \\(1\\).txt'));
    expect(await workspace.run(['validate'], withBash)).toMatchObject({ code: 0, stderr: '' });
  });

  test.skipIf(!hasBash)('a script or a test that bash cannot read is told before it is built', async () => {
    const workspace = await makeWorkspace({
      'templates/a.yaml': 'build: { scripts: [x.sh] }\n',
      'templates/b.yaml': 'tests: ["gmx --version", "if true"]\n',
      'templates/c.yaml': 'tests: [c]\n',
      'x.sh': 'echo )\n',
    });
    const badTest = `error: bash: syntax error: unexpected end of file
  at templates/b.yaml:1:26
    tests: ["gmx --version", "if true"]
                             ^
  cure: mend the command
`;
    const script = `error: bash: syntax error near unexpected token \`)'
  at x.sh:1:1
    echo )
    ^
  cure: mend the syntax there, or above it where something is still open
`;
    expect(await workspace.run(['validate'], withBash)).toMatchObject({
      code: 2,
      stderr: badTest + script,
    });
    const told = await workspace.run(['build', '--all', '--dry-run'], withBash);
    expect(told.code).toBe(0);
    for (const one of [badTest, script]) expect(told.stderr).toContain(one.replace('error:', 'warning:'));
    expect((await workspace.run(['build', 'c', '--dry-run'], withBash)).stderr).not.toContain('bash');
    await workspace.write('amifile.ts', "export default { steps: { tests: 'own.sh' } };\n");
    await workspace.write('own.sh', 'python3 -c "$1"\n');
    expect((await workspace.run(['validate'], withBash)).stderr).toBe(script);
  });

  test('what does not fit into a command is told before it is built', async () => {
    const workspace = await makeWorkspace({ 'templates/a.yaml': `tests: ["echo ${'x'.repeat(70_000)}"]\n` });
    expect((await workspace.run(['build', 'a', '--dry-run'])).stderr).toMatch(
      /^warning: step test 1 of a sends \d\d KiB with 1 argument, and 60 KiB fit into an SSM command\n {2}cure: let an input/,
    );
  });

  test('also what templates lack that have other errors, or stand on such', async () => {
    const workspace = await makeWorkspace({
      'templates/foundation.yaml': 'build: { scripts: [gone.sh, broken.sh], timeout: 3x }\n',
      'templates/child.yaml': 'extends: foundation.yaml\nbuild: { inputs: ["data/**"] }\n',
      'broken.sh': wrong['broken.sh'],
    });
    const { stderr } = await workspace.run(['validate'], withBash);
    expect(stderr.split('\n').filter((one) => /^error|^ {2}at/.test(one))).toEqual([
      "error: bash: syntax error near unexpected token `)'",
      '  at broken.sh:3:3',
      'error: child stands on foundation, which has errors',
      '  at templates/child.yaml:1:10',
      'error: no file matches data/**',
      '  at templates/child.yaml:2:19',
      'error: gone.sh does not exist',
      '  at templates/foundation.yaml:1:20',
      'error: build.timeout must be like "90m" or "3h"',
      '  at templates/foundation.yaml:1:50',
    ]);
  });

  test('--json', async () => {
    const workspace = await makeWorkspace(wrong);
    const { stdout, ...rest } = await workspace.run(['validate', '--json'], withBash);
    expect(rest).toEqual({ code: 2, stderr: '' });
    const { templates, errors, warnings } = JSON.parse(stdout) as Record<
      'errors' | 'warnings',
      { code: string }[]
    > & {
      templates: number;
    };
    expect(templates).toBe(7);
    expect(errors.map(({ code }) => code)).toEqual([
      'script-syntax',
      'yaml',
      'user-conflict',
      'input-missing',
      'input-missing',
      'unknown-template',
      'blocked',
      'script-language',
      'script-line-ends',
    ]);
    expect(errors[2]).toEqual({
      code: 'user-conflict',
      message: 'user bob (uid 5001, gid 5001) conflicts with user ada (uid 5001, gid 5001)',
      file: 'templates/clash.yaml',
      line: 3,
      column: 5,
      cure: 'give each user one name and one uid',
      related: [{ message: 'the other', file: 'templates/foundation.yaml', line: 2, column: 5 }],
    });
    expect(warnings).toMatchObject([
      { message: 'unknown key compute.queues[0].nmae', file: 'templates/queue.yaml', related: [] },
    ]);
  });
});

test('no bash: a warning, and no failure', async () => {
  const workspace = await makeWorkspace();
  expect(await workspace.run(['validate'])).toEqual({
    code: 0,
    stdout: '3 templates, 0 errors, 1 warning\n',
    stderr: noBash,
  });
});

test('--json of a workspace without an amifile.ts', async () => {
  const workspace = await makeWorkspace();
  await workspace.remove('amifile.ts');
  const { stdout, ...rest } = await workspace.run(['validate', '--json']);
  expect(rest).toEqual({ code: 2, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    templates: 0,
    errors: [{ message: `no amifile.ts in ${workspace.folder} or a folder above it`, file: null }],
    warnings: [],
  });
});

test('a run says ten warnings, and validate all of them', async () => {
  const queues = Array.from({ length: 30 }, (_, index) => `    - { nmae: q${index} }\n`).join('');
  const workspace = await makeWorkspace({
    ...threeTemplates,
    'templates/queues.yaml': `compute:\n  queues:\n${queues}`,
  });
  const more = 'warning: 20 more warnings\n  cure: amigraph validate shows all\n';
  const count = (text: string): number => text.split('warning: unknown key').length - 1;
  for (const args of [['graph'], ['build', '--all', '--dry-run']]) {
    const ran = await workspace.run(args);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(more);
    expect(count(ran.stderr)).toBe(10);
  }
  const ran = await workspace.run(['validate']);
  expect(ran).toMatchObject({ code: 0, stdout: '4 templates, 0 errors, 31 warnings\n' });
  expect(count(ran.stderr)).toBe(30);
});
