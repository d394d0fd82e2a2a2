/** How many calls a build makes of which every image is there, counted where the SDK sends them. */
import { readFile } from 'node:fs/promises';
import { CreateImageCommand, type EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { makeClients } from '../../src/adapters/aws/clients.ts';
import { finished, type Ran, type Workspace } from './rig.ts';
import { callName, wiredWorkspace } from './wire-rig.ts';

const region = 'us-west-2';

interface Counted {
  readonly workspace: Workspace;
  readonly ec2: EC2Client;
  /** The calls of one run of the program over a socket. */
  calls(args: readonly string[]): Promise<{ readonly ran: Ran; readonly calls: readonly string[] }>;
}

async function countedWorkspace(files?: Readonly<Record<string, string>>): Promise<Counted> {
  const { workspace, env, requests, unseen } = await wiredWorkspace(files);
  const keys = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
  return {
    workspace,
    ec2: makeClients({ region, wire: unseen }).ec2,
    async calls(args) {
      requests.length = 0;
      const ran = await workspace.run(args, { ...env, ...keys });
      return { ran, calls: requests.map(callName).toSorted() };
    },
  };
}

interface ViewedGraph {
  readonly templates: readonly {
    readonly name: string;
    readonly digest: string;
    readonly extends: string | null;
  }[];
}

/** As if all had been built, and each of them `earlier` times before with other digests: in earnest, thousands would take an hour. */
async function pretendBuilt(counted: Counted, earlier: number): Promise<void> {
  const { ec2 } = counted;
  await counted.calls(['update']);
  const lock = await readFile(`${counted.workspace.folder}/amigraph.lock`, 'utf8');
  const { pins } = JSON.parse(lock) as { pins: { image: string }[] };
  const base = pins[0]?.image ?? '';
  const launched = await ec2.send(
    new RunInstancesCommand({ ImageId: base, InstanceType: 'c6a.large', MinCount: 1, MaxCount: 1 }),
  );
  const InstanceId = launched.Instances?.[0]?.InstanceId;
  const { templates } = JSON.parse((await counted.calls(['graph', '--json'])).ran.stdout) as ViewedGraph;
  for (let ago = 0; ago <= earlier; ago += 1) {
    for (const { name, digest, extends: parent } of templates) {
      const hex = ago === 0 ? digest : `${ago}`.padStart(4, '0') + digest.slice(4);
      const tags = {
        ManagedBy: 'amigraph',
        TemplateName: name,
        TemplateHash: hex.slice(0, 16),
        TemplateDigest: hex,
        BaseTemplate: parent ?? '',
        BaseAMI: base,
      };
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const TagSpecifications = [{ ResourceType: 'image' as const, Tags }];
      await ec2.send(new CreateImageCommand({ InstanceId, Name: hex, TagSpecifications }));
    }
  }
}

const flat = (count: number): Record<string, string> => ({
  'templates/root.yaml': 'tests: [root]\n',
  ...Object.fromEntries(
    Array.from({ length: count - 1 }, (_, at) => [
      `templates/t${at}.yaml`,
      `extends: root.yaml\ntests: [t${at}]\n`,
    ]),
  ),
});

const times = (count: number, name: string): string[] => Array.from({ length: count }, () => name);
/** Beside the images: instances that a dead run may have left, and the manifest. */
const others = ['DescribeInstances', 'GET amigraph/manifest'];

test('3 templates: three calls, however often', async () => {
  const counted = await countedWorkspace();
  expect((await counted.calls(['build', '--all'])).ran.code).toBe(0);
  for (let run = 0; run < 3; run += 1) {
    const { ran, calls } = await counted.calls(['build', '--all', '--json']);
    expect(finished(ran)).toMatchObject({ reused: ['foundation', 'gromacs', 'namd'] });
    expect(calls).toEqual(['DescribeImages', ...others]);
  }
  await counted.workspace.remove('.amigraph/templates.json');
  expect((await counted.calls(['build', '--all'])).calls).toEqual(['DescribeImages', ...others]);
});

test.each([
  [1000, 0, 1],
  [1200, 0, 2],
  // More images than the filters of two calls could ask for: one page of all, then the filters after all.
  [201, 10, 4],
])(
  '%i templates, each built %i times before: %i calls for their images',
  async (count, earlier, images) => {
    const counted = await countedWorkspace(flat(count));
    await pretendBuilt(counted, earlier);
    const { ran, calls } = await counted.calls(['build', '--all', '--json']);
    expect(finished(ran)['reused']).toHaveLength(count);
    expect(calls).toEqual([...times(images, 'DescribeImages'), ...others]);
  },
  60_000,
);
