/** What is remembered of templates changes nothing but time: whatever is edited, the answer is that of a run that remembers nothing. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sealed } from '../../src/core/sealed.ts';
import { makeWorkspace, threeTemplates, type Workspace } from './rig.ts';

const memory = '.amigraph/templates.json';
const lie = 'f'.repeat(64);

const graph = async (workspace: Workspace): Promise<string> =>
  (await workspace.run(['graph', '--json'])).stdout;

/** A workspace that remembers something else of foundation's digest: whoever believes that is seen. */
async function misremembering(files = threeTemplates): Promise<Workspace> {
  const workspace = await makeWorkspace(files);
  // What has only just been written is not remembered by the first run.
  const answers = [await graph(workspace), await graph(workspace)];
  expect(answers[0]).toBe(answers[1]);
  const path = join(workspace.folder, memory);
  const [, text = ''] = (await readFile(path, 'utf8')).split(/(?<=^[0-9a-f]{64})\n/);
  await writeFile(path, sealed(text.replace(/[0-9a-f]{64}(?=","x86_64")/, lie)));
  return workspace;
}

test('what has not changed is not read again', async () => {
  const workspace = await misremembering();
  expect(await graph(workspace)).toContain(lie);
});

test.each<[string, (workspace: Workspace) => Promise<unknown>]>([
  ['a template', (w) => w.write('templates/foundation.yaml', 'software: { spack_packages: [gcc@14] }\n')],
  ['another template', (w) => w.write('templates/gromacs.yaml', 'extends: foundation.yaml\n')],
  ['a template more', (w) => w.write('templates/new.yaml', 'tests: [new]\n')],
  ['a script', (w) => w.write('scripts/bootstrap.sh', '#!/bin/bash\ntrue\n')],
  [
    'amifile.ts',
    (w) => w.write('amifile.ts', "export default { workspace: 'test', builder: { volumeSizeGb: 200 } };\n"),
  ],
  ['the memory', (w) => w.write(memory, '{"version":1}')],
  [
    'a digit of the memory',
    async (w) => {
      const text = await readFile(join(w.folder, memory), 'utf8');
      await w.write(memory, text.replace(/ff(?=","x86_64")/, 'fe'));
    },
  ],
])('%s changed: it is read again', async (_, change) => {
  const workspace = await misremembering();
  await change(workspace);
  const after = await graph(workspace);
  expect(after).not.toContain(lie);
  await workspace.remove(memory);
  expect(await graph(workspace)).toBe(after);
});

test('what is left when a template is removed is what it was', async () => {
  const workspace = await misremembering();
  await workspace.remove('templates/namd.yaml');
  const after = await graph(workspace);
  expect(after).toContain(lie);
  expect(after).not.toContain('namd');
});

test('a pin that moves is seen', async () => {
  const workspace = await misremembering();
  await workspace.run(['update']);
  const lock = await readFile(join(workspace.folder, 'amigraph.lock'), 'utf8');
  await workspace.write('amigraph.lock', lock.replace(/ami-[0-9a-f]{17}/, 'ami-0123456789abcdef0'));
  expect(await graph(workspace)).not.toContain(lie);
});

const warned = {
  ...threeTemplates,
  'templates/gromacs.yaml': 'extends: foundation.yaml\ntests: [a, a]\n',
  'templates/namd.yaml': 'extends: foundation.yaml\ncompute: { head_nod: c6a.large }\n',
};

test.each([[['graph', '--json']], [['build', '--all', '--dry-run', '--cache=r']]])(
  '%j: warnings are remembered with the templates, and told each time',
  async (args) => {
    const workspace = await makeWorkspace(warned);
    const first = await workspace.run(args);
    expect(first.stderr).toMatch(/^warning: .* stands twice[^]*warning: unknown key compute.head_nod\n/);
    await graph(workspace);
    expect(await workspace.run(args)).toMatchObject({ stderr: first.stderr });
  },
);

test('warnings are told also where every image is there', async () => {
  const workspace = await makeWorkspace(warned);
  await workspace.run(['build', '--all']);
  const { stderr } = await workspace.run(['build', '--all']);
  expect(stderr).toMatch(/^warning: .* stands twice[^]*warning: unknown key compute.head_nod\n/);
  expect(stderr).toContain('0 built, 3 reused');
});

test('a template with a warning is not read again', async () => {
  const workspace = await misremembering(warned);
  expect(await graph(workspace)).toContain(lie);
});

test('a warning about a template that is gone is not told', async () => {
  const workspace = await misremembering(warned);
  await workspace.remove('templates/namd.yaml');
  const { stderr, stdout } = await workspace.run(['graph', '--json']);
  expect(stdout).toContain(lie);
  expect(stderr).toMatch(/^warning: the test a stands twice; it runs once\n/);
  expect(stderr).not.toContain('head_nod');
});

test('a template whose digest covers files of its own is read each time', async () => {
  const workspace = await makeWorkspace({
    'templates/a.yaml': 'build: { inputs: [files/x] }\n',
    'files/x': 'one',
  });
  await graph(workspace);
  const before = await graph(workspace);
  await workspace.write('files/x', 'two');
  expect(await graph(workspace)).not.toBe(before);
});
