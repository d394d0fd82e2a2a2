/** The built program with provider aws, over HTTP: three templates from nothing to images, on moto and on the sandbox alike. */
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  type Instance,
  type Tag,
} from '@aws-sdk/client-ec2';
import { ListCommandInvocationsCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { makeClients } from '../../src/adapters/aws/clients.ts';
import { s3ObjectStore } from '../../src/adapters/aws/object-store.ts';
import { done } from '../contract/cloud.ts';
import { events, finished, makeWorkspace, type Ran } from '../e2e/rig.ts';
import { homeRegion as region, onCleanUp } from '../sandbox/rig.ts';
import { bucket, mended, type Server, startMoto, startSandbox } from './servers.ts';

const all = ['build', '--all', '--json'];
const names = ['foundation', 'gromacs', 'namd'];

/** moto keeps no tags of a snapshot that CreateImage makes. */
interface Place {
  readonly name: string;
  readonly start: () => Promise<Server>;
  readonly tagsSnapshots: boolean;
}

const places: readonly Place[] = [
  {
    name: 'moto',
    async start() {
      const server = await startMoto();
      return { ...server, endpoint: await mended(server) };
    },
    tagsSnapshots: false,
  },
  { name: 'the sandbox', start: startSandbox, tagsSnapshots: true },
];

async function rig({ start }: Place) {
  const { endpoint } = await start();
  const clients = makeClients({ region, endpoint });
  onCleanUp(() => Object.values(clients).forEach((client) => client.destroy()));
  const workspace = await makeWorkspace();
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AMIGRAPH_PROVIDER: 'aws',
    AMIGRAPH_BUCKET: bucket,
    AMIGRAPH_REGION: region,
  };
  return {
    workspace,
    clients,
    store: s3ObjectStore(clients, bucket),
    run: (...args: string[]): Promise<Ran> => workspace.run(args, env),
    start: (...args: string[]) => workspace.start(args, env),
    async instances(): Promise<Instance[]> {
      const { Reservations = [] } = await clients.ec2.send(new DescribeInstancesCommand({}));
      return Reservations.flatMap(({ Instances = [] }) => Instances);
    },
    async images() {
      return (await clients.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images ?? [];
    },
  };
}

type Rig = Awaited<ReturnType<typeof rig>>;

const record = (tags: readonly Tag[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

/** What a run says of its images, by template. */
const outcome = (ran: Ran) => {
  const { built, reused, failed, skipped } = finished(ran);
  expect([failed, skipped, ran.code]).toEqual([[], [], 0]);
  return { built: (built as string[]).toSorted(), reused };
};

async function expectNothingLeft(at: Rig): Promise<void> {
  expect((await at.instances()).filter(({ State }) => State?.Name !== 'terminated')).toEqual([]);
  expect((await at.run('leases', '--json')).stdout).toBe('[]\n');
}

describe.each(places)('a whole build on $name', (place) => {
  test('makes three images, reuses them, and rebuilds what an edit asks for', async () => {
    const at = await rig(place);
    expect(outcome(await at.run(...all))).toEqual({ built: names, reused: [] });
    await expectNothingLeft(at);
    expect(await at.instances()).toHaveLength(3);
    expect(outcome(await at.run(...all))).toEqual({ built: [], reused: names });
    expect(await at.instances()).toHaveLength(3);

    await at.workspace.write(
      'templates/gromacs.yaml',
      'extends: foundation.yaml\nsoftware:\n  spack_packages: [gromacs@2024.4+mpi]\n',
    );
    expect(outcome(await at.run(...all))).toEqual({ built: ['gromacs'], reused: ['foundation', 'namd'] });
    await at.workspace.write('templates/foundation.yaml', 'software:\n  spack_packages: [gcc@14.2.0]\n');
    expect(outcome(await at.run(...all))).toEqual({ built: names, reused: [] });
    expect(await at.images()).toHaveLength(7);
    await expectNothingLeft(at);
  });

  test('leaves images with their tags, a manifest that knows them, and steps that all went well', async () => {
    const at = await rig(place);
    const ran = await at.run(...all);
    expect(outcome(ran)).toEqual({ built: names, reused: [] });
    const ids = new Map(
      events(ran)
        .filter(({ type }) => type === 'image-finished')
        .map((event) => [String(event['template']), String(event['image'])]),
    );
    const images = await at.images();
    expect(new Set(images.map(({ ImageId }) => ImageId))).toEqual(new Set(ids.values()));
    expect(images).toHaveLength(3);
    for (const { ImageId, Name, State, Tags } of images) {
      const tags = record(Tags);
      const template = tags['TemplateName'] ?? '';
      expect([State, ids.get(template)]).toEqual(['available', ImageId]);
      expect(Name).toContain(tags['BuildId']);
      expect(tags).toEqual({
        Name: `amigraph ${template}`,
        ManagedBy: 'amigraph',
        TemplateName: template,
        TemplateHash: tags['TemplateDigest']?.slice(0, 16),
        TemplateDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        BaseTemplate: template === 'foundation' ? '' : 'foundation',
        BaseAMI: template === 'foundation' ? await baseOf(at) : ids.get('foundation'),
        Region: region,
        BuildDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        BuildId: expect.any(String) as string,
        Workspace: 'test',
      });
      if (place.tagsSnapshots) expect(await snapshotTags(at, ImageId)).toEqual([tags]);
    }
    const manifest = done(await at.store.get(`amigraph/manifest/${region}.json`))?.text ?? '';
    const known = Object.values(
      (JSON.parse(manifest) as { images: Record<string, { image: string }> }).images,
    );
    expect(new Set(known.map(({ image }) => image))).toEqual(new Set(ids.values()));
    expect((await at.run('manifest', 'verify')).code).toBe(0);

    const { CommandInvocations = [] } = await at.clients.ssm.send(new ListCommandInvocationsCommand({}));
    expect(CommandInvocations.length).toBeGreaterThanOrEqual(3);
    expect(new Set(CommandInvocations.map(({ Status }) => Status))).toEqual(new Set(['Success']));
  });

  test('that is killed is gone on with by the next run, on the same instance', async () => {
    const at = await rig(place);
    expect(outcome(await at.run('build', 'foundation', '--json')).built).toEqual(['foundation']);
    const killed = at.start('build', 'gromacs', '--json');
    await killed.line((line) => /"step-started".*"step":"bootstrap"/.test(line));
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(outcome(await at.run(...all))).toEqual({ built: ['gromacs', 'namd'], reused: ['foundation'] });
    expect(await at.instances()).toHaveLength(3);
    expect(await at.images()).toHaveLength(3);
    await expectNothingLeft(at);
  });

  test('that several processes begin at once is one build', async () => {
    const at = await rig(place);
    const ran = await Promise.all([1, 2, 3, 4].map(() => at.run(...all)));
    expect(ran.flatMap((one) => outcome(one).built).toSorted()).toEqual(names);
    expect(await at.images()).toHaveLength(3);
    expect(await at.instances()).toHaveLength(3);
    await expectNothingLeft(at);
  });
});

async function baseOf({ run }: Rig): Promise<string | undefined> {
  const { stdout } = await run('outdated', '--json');
  return (JSON.parse(stdout) as { newest: string }[])[0]?.newest;
}

async function snapshotTags(at: Rig, image: string | undefined) {
  const found = (await at.images()).find(({ ImageId }) => ImageId === image);
  const SnapshotIds = (found?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  const { Snapshots = [] } = await at.clients.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds }));
  return Snapshots.map(({ Tags }) => record(Tags));
}
