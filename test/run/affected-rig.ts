/** Random workspaces, what `affected` says of them, and what a scan of all that is checked out says. It does not compare the two. */
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { localFiles } from '../../src/adapters/local/files.ts';
import { localRandom } from '../../src/adapters/local/random.ts';
import { findAffected } from '../../src/cli/affected.ts';
import type { WantedEnds } from '../../src/cli/affected-ends.ts';
import { openWorkspace } from '../../src/cli/context.ts';
import { imageOf, pinsOf } from '../../src/cli/pins.ts';
import { readCollection } from '../../src/cli/reading.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import { InvalidInput } from '../../src/core/diagnostic.ts';
import { fingerprintEach } from '../../src/plan/plan.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { readInputs } from '../../src/template/inputs.ts';
import { gitEnvironment, tempFolder } from '../git-rig.ts';
import { HandClock, stepScripts } from '../unit/rig.ts';

type Written = { readonly text: string; readonly executable?: boolean } | { readonly link: string };
export type Tree = Readonly<Record<string, Written>>;

/** By name, with what each may stand on. */
const parents = {
  a: [''],
  b: ['', 'extends: a.yaml\n', 'depends_on: [a]\n'],
  'md/c': ['', 'extends: ../a.yaml\n', 'extends: ../b.yaml\n'],
  d: ['', 'extends: b.yaml\n', 'extends: md/c.yaml\ndepends_on: [a]\n'],
};
const names = ['a', 'b', 'md/c', 'd'] as const;
const of = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

const builds = of(
  '',
  'build: { volume_size_gb: 200 }\n',
  'build: { scripts: [own.sh] }\n',
  "build: { inputs: ['files/**'] }\n",
  "build: { inputs: ['{files,more}/x*', 'more/*'] }\n",
  "build: { inputs: ['files/x', 'round/*'] }\n",
);

const templateCalled = (name: (typeof names)[number], build: fc.Arbitrary<string>) =>
  fc.record({
    parent: of(...parents[name]),
    comment: of('', '# one\n', '# two\r\n'),
    tests: of('', 'tests: [one]\n', 'tests: [two, one]\n', "tests: ['é']\n"),
    build,
  });

const content = fc.record({
  text: of('', 'one\n', 'two\n', 'a\r\nb\r\n', '\u0000'),
  executable: fc.boolean(),
});
const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined, freq: 15 });

/** A few paths that any two trees are likely to share. */
export const tree: fc.Arbitrary<Tree> = fc
  .record({
    templates: fc.tuple(...names.map((name) => optional(templateCalled(name, builds)))),
    'files/x': optional(content),
    'files/ y "\n': optional(content),
    'more/x1': optional(content),
    'more/é/z': optional(content),
    'own.sh': optional(content),
    'steps.json': of('{}', '{}\n', '{ "tests": "own.sh" }').map((text) => ({ text })),
    'amifile.ts': of(
      'export default {};',
      'export default { maxDepth: 4 };',
      'export default { builder: { volumeSizeGb: 50 } };',
      "import steps from './steps.json'; export default { steps };",
      "export default { templates: 'templates/{a,b,md/*,d}.yaml' };",
    ).map((text) => ({ text })),
    'scripts/run-tests.sh': of('true', 'false').map((text) => ({ text })),
    'files/link': optional(of('x', '../more/x1').map((link) => ({ link }))),
    round: optional(of('files', 'more').map((link) => ({ link }))),
  })
  .map(({ templates, ...others }) => {
    const written: Record<string, Written> = {};
    for (const [path, text] of Object.entries(stepScripts)) written[path] = { text };
    for (const [path, file] of Object.entries(others)) if (file !== undefined) written[path] = file;
    return { ...written, ...writtenTemplates(templates) };
  });

function writtenTemplates(
  templates: readonly (Readonly<Record<'comment' | 'parent' | 'tests' | 'build', string>> | undefined)[],
): Tree {
  const written = templates.map((one, at): [string, Written][] =>
    one === undefined
      ? []
      : [[`templates/${names[at]}.yaml`, { text: `${one.comment}${one.parent}${one.tests}${one.build}` }]],
  );
  return Object.fromEntries(written.flat());
}

/** Paths of {@link plainTree} that may be edited; one process runs an amifile.ts but once. */
export const paths = [...names.map((name) => `templates/${name}.yaml`), 'scripts/run-tests.sh'];

/** Templates that name no files, but for a rare one: those can be remembered. */
export const plainTree: fc.Arbitrary<Tree> = fc
  .record({
    templates: fc.tuple(
      ...names.map((name) => optional(templateCalled(name, of('', 'build: { volume_size_gb: 200 }\n')))),
    ),
    amifile: of(
      'export default {};',
      'export default {};',
      'export default { builder: { volumeSizeGb: 50 } };',
    ),
    tests: of('true', 'false'),
  })
  .map(({ templates, amifile, tests }) => ({
    ...Object.fromEntries(Object.entries(stepScripts).map(([path, text]) => [path, { text }])),
    'scripts/run-tests.sh': { text: tests },
    'amifile.ts': { text: amifile },
    ...writtenTemplates(templates),
  }));

export async function writeTree(folder: string, files: Tree): Promise<void> {
  for (const top of new Set([...everyTop, ...Object.keys(files).map((path) => path.split('/')[0] ?? '')]))
    await rm(join(folder, top), { recursive: true, force: true });
  await writeFiles(folder, files);
}

export async function writeFiles(folder: string, files: Tree): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    const at = join(folder, path);
    await mkdir(dirname(at), { recursive: true });
    if ('link' in file) await symlink(file.link, at);
    else {
      await writeFile(at, file.text);
      if (file.executable === true) await chmod(at, 0o755);
    }
  }
}
const everyTop = ['templates', 'files', 'more', 'own.sh', 'round'];

export const surroundings = (cwd: string): Surroundings => ({
  stdin: process.stdin,
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: gitEnvironment,
  colorDepth: 1,
  cwd,
  clock: new HandClock(),
  began: 0,
  random: localRandom,
  person: { user: 'ada', host: 'x' },
  interruptions: () => ({
    interrupted: new AbortController().signal,
    abandoned: new AbortController().signal,
    dispose: () => {},
  }),
});

/** By a scan of all that is checked out; undefined where something is wrong. */
export async function digestsOf(files: Tree): Promise<ReadonlyMap<string, string> | undefined> {
  const folder = await tempFolder();
  await writeTree(folder, files);
  const workspace = await openWorkspace(surroundings(folder), {});
  const { config } = workspace;
  const collection = await readCollection(workspace);
  const inputs = await readInputs(localFiles(folder), config.steps, collection.templates.values());
  const none = pinsOf([], config);
  const unpinned = imageOf(none, none);
  const each = fingerprintEach(collection, config, inputs, unpinned);
  if (collection.diagnostics.length > 0 || !each.ok) return undefined;
  return new Map(Array.from(each.value, ([name, { fingerprint }]) => [name, fingerprint.digest]));
}

/** The names; or that the head is wrong. Each must say why. */
export async function affected(
  folder: string,
  ends: WantedEnds,
  clock: Clock = new HandClock(),
): Promise<string[] | 'wrong'> {
  const around = { ...surroundings(folder), clock };
  try {
    const found = await findAffected(await openWorkspace(around, {}), around, { ...ends, exclude: [] });
    for (const { reasons } of found.affected.templates) expect(reasons).not.toEqual([]);
    return found.affected.templates.map((one) => one.template).toSorted();
  } catch (error) {
    if (error instanceof InvalidInput) return 'wrong';
    throw error;
  }
}

/** As long after all edits as the memory wants to trust what it has seen. */
export class LaterClock extends HandClock {
  override now(): number {
    return Date.now() + 86_400_000;
  }
}
