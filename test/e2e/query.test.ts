/** Commands that only answer: the shapes that other programs rely on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { finished, makeWorkspace, program, threeTemplates } from './rig.ts';

const json = (text: string): unknown => JSON.parse(text);
const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
const image = expect.stringMatching(/^ami-[0-9a-f]{17}$/);

test('graph --json: templates with digests and edges', async () => {
  const workspace = await makeWorkspace();
  const ran = await workspace.run(['graph', '--json']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(json(ran.stdout)).toEqual({
    templates: [
      {
        name: 'foundation',
        path: 'templates/foundation.yaml',
        digest,
        extends: null,
        packages: ['gcc@13.2.0', 'cmake@3.27.0'],
      },
      {
        name: 'gromacs',
        path: 'templates/gromacs.yaml',
        digest,
        extends: 'foundation',
        packages: ['gcc@13.2.0', 'cmake@3.27.0', 'gromacs@2023.1+mpi'],
      },
      {
        name: 'namd',
        path: 'templates/namd.yaml',
        digest,
        extends: 'foundation',
        packages: ['gcc@13.2.0', 'cmake@3.27.0', 'namd@3.0.1'],
      },
    ],
    edges: [
      { from: 'foundation', to: 'gromacs', kind: 'extends' },
      { from: 'foundation', to: 'namd', kind: 'extends' },
    ],
  });
});

test('graph, graph --dot, graph --mermaid: a tree, a digraph and a flowchart', async () => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    'templates/md/all.yaml': 'depends_on: [gromacs, namd]\n',
  });
  expect(await workspace.run(['graph'])).toEqual({
    code: 0,
    stderr: '',
    stdout: 'foundation\n├─ gromacs\n└─ namd\nmd/all (depends on gromacs, namd)\n',
  });
  const { stdout } = await workspace.run(['graph', '--dot']);
  expect(stdout).toBe(
    'digraph templates {\n  rankdir=LR;\n  node [shape=box];\n  "foundation" [tooltip="gcc@13.2.0\\ncmake@3.27.0"];\n  "gromacs" [tooltip="gromacs@2023.1+mpi"];\n  "namd" [tooltip="namd@3.0.1"];\n  "md/all";\n  "foundation" -> "gromacs";\n  "foundation" -> "namd";\n  "gromacs" -> "md/all" [style=dashed];\n  "namd" -> "md/all" [style=dashed];\n}\n',
  );
  const mermaid = await workspace.run(['graph', '--mermaid']);
  expect(mermaid.stdout).toBe(
    'flowchart LR\n  n0["foundation"]\n  n1["gromacs"]\n  n2["namd"]\n  n3["md/all"]\n  n0 --> n1\n  n0 --> n2\n  n1 -.-> n3\n  n2 -.-> n3\n',
  );
});

test('graph --focus: what a pattern fits, what it stands on and what stands on it', async () => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    'templates/md/all.yaml': 'extends: ../namd.yaml\ndepends_on: [gromacs]\n',
    'templates/viz.yaml': 'tests: []\n',
  });
  const focus = async (...args: string[]): Promise<string> => {
    const ran = await workspace.run(['graph', '--focus', ...args]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    return ran.stdout;
  };
  expect(await focus('v*')).toBe('viz\n');
  expect(await focus('gromacs')).toBe('foundation\n└─ gromacs\nmd/all (extends namd; depends on gromacs)\n');
  expect(await focus('gromacs', '--mermaid')).toBe(
    'flowchart LR\n  n0["foundation"]\n  n1["gromacs"]\n  n2["md/all"]\n  n0 --> n1\n  n1 -.-> n2\n',
  );
  const dot = await focus('{viz,namd}', '--dot');
  expect(dot.split('\n').filter((line) => line.includes('->'))).toEqual([
    '  "foundation" -> "namd";',
    '  "namd" -> "md/all";',
  ]);
  const whole = json((await workspace.run(['graph', '--json'])).stdout) as { templates: { name: string }[] };
  const names = new Set(['foundation', 'gromacs', 'md/all']);
  expect(json(await focus('gromacs', '--json'))).toEqual({
    templates: whole.templates.filter(({ name }) => names.has(name)),
    edges: [
      { from: 'foundation', to: 'gromacs', kind: 'extends' },
      { from: 'gromacs', to: 'md/all', kind: 'depends_on' },
    ],
  });
});

test('graph --html writes a page, from where it is run', async () => {
  const workspace = await makeWorkspace();
  expect(await workspace.run(['graph', '--html', 'graph.html', '--focus', 'namd'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'wrote graph.html\n',
  });
  const page = await readFile(join(workspace.folder, 'graph.html'), 'utf8');
  expect(page).toMatch(/^<!doctype html>\n/);
  expect(page.match(/<b>\w+<\/b>/g)).toEqual(['<b>foundation</b>', '<b>namd</b>']);
});

test.each([
  ...['--dot --json', '--mermaid --dot', '--html x --json'].map((line) => [
    line,
    'graph takes one of --dot, --mermaid, --html and --json',
    'leave the others out',
  ]),
  [
    '--html none/graph.html',
    'none/graph.html cannot be written: ENOENT',
    'name a file in a folder that is there and may be written',
  ],
  ['--focus gromax', 'there is no template gromax', 'did you mean gromacs?'],
  ['--focus x/*', 'no template matches x/*', 'there are: foundation, gromacs, namd'],
])('graph %s is wrong', async (line, message, cure) => {
  const workspace = await makeWorkspace();
  expect(await workspace.run(['graph', ...line.split(' ')])).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: ${message}\n  cure: ${cure}\n`,
  });
});

test('build --dry-run --json: actions with reasons, and nothing done', async () => {
  const workspace = await makeWorkspace();
  const dry = await workspace.run(['build', 'namd', '--dry-run', '--json']);
  expect(json(dry.stdout)).toEqual({
    actions: [
      { template: 'foundation', digest, action: 'build', reason: { kind: 'no-image' }, image: null },
      { template: 'namd', digest, action: 'build', reason: { kind: 'no-image' }, image: null },
    ],
  });
  await workspace.run(['build', 'foundation']);
  const again = json((await workspace.run(['build', 'namd', '--dry-run', '--json'])).stdout);
  expect(again).toMatchObject({
    actions: [
      { template: 'foundation', action: 'reuse', reason: { kind: 'hit', image }, image },
      { template: 'namd', action: 'build', image: null },
    ],
  });
});

test.each([['graph'], ['list'], ['--help']])(
  '%s | head -0: a reader that has gone away is no failure',
  async (command) => {
    const workspace = await makeWorkspace();
    const run = workspace.start([command]);
    run.child.stdout?.destroy();
    expect((await run.ended).code).toBe(0);
  },
);

test.each([['graph'], ['list --json'], ['--help'], ['build --all --dry-run']])(
  '%s: an answer that cannot be written is an error',
  async (words) => {
    const { folder } = await makeWorkspace();
    const full = await open('/dev/full', 'w');
    onTestFinished(() => full.close());
    const child = spawn(process.execPath, [program, ...words.split(' ')], {
      cwd: folder,
      env: { AMIGRAPH_SANDBOX_SPEED: 'instant' },
      stdio: ['ignore', full.fd, 'pipe'],
    });
    if (child.stderr === null) throw new Error('no stderr');
    const said = textOf(child.stderr);
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, said: await said }).toEqual({
      code: 1,
      said: 'error: the answer could not be written: ENOSPC: no space left on device, write\n  cure: look at where the output goes\n',
    });
  },
);

test('--version and help', async () => {
  const workspace = await makeWorkspace({});
  expect(await workspace.run(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  const help = await workspace.run([]);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  for (const command of ['build', 'graph', 'list', 'sandbox serve', 'sandbox reset']) {
    expect(help.stdout).toContain(`amigraph ${command}`);
  }
});

test('sandbox serve: the same build over the wire, with the provider aws', async () => {
  const workspace = await makeWorkspace();
  const server = workspace.start(['sandbox', 'serve']);
  const { endpoint } = json(await server.line(() => true)) as { endpoint: string };
  const wire = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AMIGRAPH_BUCKET: 'amigraph-sandbox',
  };
  const built = await workspace.run(['build', '--all', '--provider', 'aws', '--json'], wire);
  expect(finished(built)).toMatchObject({ built: ['foundation', 'gromacs', 'namd'] });
  const inProcess = await workspace.run(['build', '--all', '--json']);
  expect(finished(inProcess)).toMatchObject({ reused: ['foundation', 'gromacs', 'namd'] });
  server.child.kill('SIGINT');
  await once(server.child, 'close');
  expect((await server.ended).code).toBe(0);

  const gone = await workspace.run(['list', '--provider', 'aws'], wire);
  expect(gone.code).toBe(1);
  expect(gone.stderr).toMatch(
    /^error: ec2:DescribeImages failed: ECONNREFUSED: .*\n {2}cure: nothing listens there: /,
  );
});

test('sandbox reset: everything is gone', async () => {
  const workspace = await makeWorkspace({ 'templates/a.yaml': 'tests: []\n' });
  await workspace.run(['build', 'a']);
  expect(await workspace.run(['sandbox', 'reset'])).toMatchObject({ code: 0 });
  expect((await workspace.run(['list', '--json'])).stdout).toBe('[]\n');
});

test('schema prints a JSON Schema anywhere, also where there is no workspace', async () => {
  const workspace = await makeWorkspace({});
  await workspace.remove('amifile.ts');
  const { code, stdout, stderr } = await workspace.run(['schema']);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ title: 'amigraph template', type: 'object' });
});

test('show prints a template, with what it inherits and where that was written', async () => {
  const workspace = await makeWorkspace();
  const { code, stdout, stderr } = await workspace.run(['show', 'namd', '--resolved']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(
    [
      'software:',
      '  spack_packages:',
      '    - gcc@13.2.0    # templates/foundation.yaml:2',
      '    - cmake@3.27.0  # templates/foundation.yaml:2',
      '    - namd@3.0.1    # templates/namd.yaml:3',
      'tests:',
      '  - gcc --version   # templates/foundation.yaml:3',
      '',
    ].join('\n'),
  );
  expect(await workspace.run(['show', 'nmd'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: there is no template nmd\n  cure: did you mean namd?\n',
  });
  expect(await workspace.run(['show'])).toMatchObject({
    code: 2,
    stderr: 'error: amigraph show needs more words\n  cure: say amigraph show NAME\n',
  });
});
