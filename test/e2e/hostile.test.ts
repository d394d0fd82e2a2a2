/** Files that nobody means to have among templates: each is refused by name, and the others go on. */
import { execFileSync } from 'node:child_process';
import { symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeWorkspace, type Workspace } from './rig.ts';

const bomb = Array.from(
  { length: 20 },
  (_, level) =>
    `a${level}: &a${level} [${Array(9)
      .fill(level === 0 ? 'x' : `*a${level - 1}`)
      .join(',')}]\n`,
).join('');

async function hostile(): Promise<Workspace> {
  const workspace = await makeWorkspace({
    'templates/good.yaml': '\uFEFF# ü\r\ntests: [a] # b\r\n',
    'templates/bomb.yaml': bomb,
    'templates/deep.yaml': `tests: ${'['.repeat(10_000)}`,
    'templates/huge.yaml': '',
    'templates/names.yaml': '__proto__: { a: 1 }\nconstructor: 1\n',
    'templates/outside.yaml': 'extends: ../../../etc/passwd\n',
    'templates/several.yaml': 'tests: [a]\n---\ntests: [b]\n',
    'templates/tab.yaml': 'tests:\n\t- a\n',
  });
  const at = (name: string): string => join(workspace.folder, 'templates', name);
  await truncate(at('huge.yaml'), 100 * 1024 * 1024);
  execFileSync('mkfifo', [at('fifo.yaml')]);
  await symlink('/etc/passwd', at('link.yaml'));
  await symlink('/', at('folder'));
  return workspace;
}

test('each is told with its place, and the good one is drawn', async () => {
  const workspace = await hostile();
  const { code, stdout, stderr } = await workspace.run(['graph']);
  expect([code, stdout]).toEqual([2, 'good\n']);
  const told = stderr.split('\n').filter((line) => /^error:|^ {2}at /.test(line));
  const ofBomb = (line: string): boolean => /bomb|unknown key a|aliases/.test(line);
  expect(told).toContain('error: aliases stand for more than 200000 values');
  expect(told.filter((line) => !ofBomb(line))).toEqual([
    'error: YAML: nesting exceeded maxDepth (32)',
    '  at templates/deep.yaml:1:39',
    'error: templates/fifo.yaml is not read: it is not a regular file',
    '  at templates/fifo.yaml',
    'error: templates/huge.yaml is not read: it is larger than 256 KiB',
    '  at templates/huge.yaml',
    'error: templates/link.yaml is not read: it is a link to a place outside the workspace',
    '  at templates/link.yaml',
    'error: unknown key __proto__',
    '  at templates/names.yaml:1:1',
    'error: unknown key constructor',
    '  at templates/names.yaml:2:1',
    'error: extends ../../../etc/passwd leads out of the workspace',
    '  at templates/outside.yaml:1:10',
    'error: the file holds more than one document',
    '  at templates/several.yaml:2:1',
    'error: YAML: tab characters must not be used in indentation',
    '  at templates/tab.yaml:2:1',
  ]);
});

test('a good one is built all the same', async () => {
  const workspace = await hostile();
  expect(await workspace.run(['build', 'good'])).toMatchObject({ code: 0 });
});
