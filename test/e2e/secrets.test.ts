/** What a build's scripts may know and nobody may read: it comes to them, and is nowhere else. */
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { whyNot } from '../scripts/confined.ts';
import { type CloudView, lookInto } from './cloud.ts';
import { makeWorkspace, type Ran, type Workspace } from './rig.ts';

const keyId = 'AKIAIOSFODNN7EXAMPLE';
const signature = 'deadbeef'.repeat(8);
const values = {
  '/hpc/license-key': 'license of the 3rd floor $x "q',
  '/hpc/pem': 'first of it\n}\nlast of it',
};
const forbidden = [keyId, signature, values['/hpc/license-key'], 'first of it', 'last of it'];

/** The script itself holds none of them. */
const printing = `
test "$LICENSE_KEY" = "license of the 3rd ""floor "'$x "q' || exit 9
end=EXAMPLE
say() {
  echo "license: $LICENSE_KEY."
  printf '%s' "pem: $PEM"
  echo "key: AKIAIOSFODNN7$end"
  echo "url: https://b.s3.amazonaws.com/k?X-Amz-Signature=$(printf 'deadbeef%.0s' 1 2 3 4 5 6 7 8)&x=1"
}
say
say >&2
`;
const printed = [
  'license: ***.',
  'pem: ***',
  '}',
  '***key: ***',
  'url: https://b.s3.amazonaws.com/k?X-Amz-Signature=***&x=1',
];

const build = (script: string): string =>
  `build: { scripts: [scripts/${script}], secrets: { LICENSE_KEY: /hpc/license-key, PEM: /hpc/pem } }\n`;

const files = {
  'templates/good.yaml': build('good.sh'),
  'templates/bad.yaml': build('bad.sh'),
  'templates/child.yaml': 'extends: good.yaml\nbuild: { scripts: [scripts/child.sh] }\n',
  'templates/unmade.yaml': 'tests: ["true"]\n',
  'scripts/good.sh': printing,
  'scripts/bad.sh': `${printing}exit 3\n`,
  'scripts/child.sh': 'echo "the child has $LICENSE_KEY"\n',
  'faults.json': JSON.stringify([
    {
      operation: 'ec2:CreateImage',
      times: 'always',
      match: { Name: 'amigraph/unmade' },
      fault: { kind: 'image-failed', message: `see https://b/k?X-Amz-Signature=${signature} of ${keyId}` },
    },
  ]),
};
const confined = { PATH: process.env['PATH'] ?? '' };
const env = { ...confined, AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };

async function withParameters(workspace: Workspace): Promise<CloudView> {
  const cloud = await lookInto(workspace.folder);
  for (const [name, value] of Object.entries(values)) await cloud.putParameter(name, value);
  return cloud;
}

/** All that anybody may come to see: objects, tags, files. */
async function everything(workspace: Workspace, cloud: CloudView): Promise<string[]> {
  const keys = await cloud.store.list('');
  const objects = await Promise.all((keys.ok ? keys.value : []).map((key) => cloud.store.get(key)));
  const instances = await cloud.ec2.send(new DescribeInstancesCommand({}));
  const folder = join(workspace.folder, '.amigraph');
  const there = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    there
      .filter((one) => one.isFile() && !one.parentPath.includes('/sandbox'))
      .map((one) => readFile(join(one.parentPath, one.name), 'utf8')),
  );
  return [
    ...objects.map((one) => (one.ok ? (one.value?.text ?? '') : '')),
    JSON.stringify([await cloud.imageTags(), await cloud.snapshotTags(), instances.Reservations]),
    ...texts,
  ];
}

const clean = (text: string): boolean => forbidden.every((one) => !text.includes(one));

describe.skipIf(whyNot !== undefined)('a secret, a key and a presigned URL that steps print', () => {
  test('are in no object, no tag, no event, no file and on no terminal', async () => {
    const workspace = await makeWorkspace(files);
    const cloud = await withParameters(workspace);
    const ran: Ran[] = [];
    const run = async (...args: string[]): Promise<Ran> => {
      const one = await workspace.run(args, env);
      ran.push(one);
      return one;
    };
    expect((await run('build', '--all', '--json')).stdout).toContain(
      '"built":["good","child"],"reused":[],"failed":["bad","unmade"]',
    );
    const again = await run('build', '--all');
    expect(again.stderr.match(/^ {2}\| .*/gm)?.slice(0, 5)).toEqual(printed.map((line) => `  | ${line}`));
    expect(again.stderr).toContain('is failed: see https://b/k?X-Amz-Signature=*** of ***');
    const logs = await run('logs', 'good', '--step', 'script scripts/good.sh');
    expect(logs.stdout).toBe(`${[...printed, ...printed].join('\n')}\n`);
    expect((await run('logs', 'child', '--step', 'script scripts/child.sh')).stdout).toBe(
      'the child has ***\n',
    );
    await run('logs', 'bad');
    await run('why', 'bad', '--json');
    await run('list', '--json');
    const seen = [
      ...(await everything(workspace, cloud)),
      ...ran.flatMap(({ stdout, stderr }) => [stdout, stderr]),
    ];
    expect(seen.length).toBeGreaterThan(30);
    expect(seen.filter((text) => !clean(text))).toEqual([]);
  });

  test('one that cannot be read fails the build, and says what the role needs', async () => {
    const workspace = await makeWorkspace(files);
    const ran = await workspace.run(['build', 'good'], env);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(
      '  | amigraph: the secret LICENSE_KEY, which is the SSM parameter /hpc/license-key, cannot be read: An error occurred (ParameterNotFound) when calling the GetParameter operation: (the role of the instance needs ssm:GetParameter on it, and kms:Decrypt where its key is your own)\n',
    );
  });

  test('another value builds nothing anew, another parameter does', async () => {
    const workspace = await makeWorkspace({ 'templates/a.yaml': 'build: { secrets: { A: /hpc/a } }\n' });
    const cloud = await lookInto(workspace.folder);
    await cloud.putParameter('/hpc/a', 'first value');
    expect((await workspace.run(['build', 'a'], confined)).stdout).toMatch(/^a +built/);
    await cloud.putParameter('/hpc/a', 'second value');
    expect((await workspace.run(['build', 'a'], confined)).stdout).toMatch(/^a +reused/);
    await workspace.write('templates/a.yaml', 'build: { secrets: { A: /hpc/b } }\n');
    expect((await workspace.run(['why', 'a'], confined)).stdout).toContain(
      '  secret A from /hpc/a -> A from /hpc/b (templates/a.yaml:1)\n',
    );
  });
});
