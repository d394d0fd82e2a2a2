/** What runs have left in the cloud, as plain data that a test can compare. It does not know what should be there. */
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import { GetParametersCommand, ListCommandsCommand } from '@aws-sdk/client-ssm';
import { makeClients } from '../../src/adapters/aws/clients.ts';
import { s3ObjectStore } from '../../src/adapters/aws/object-store.ts';
import type { Wire } from '../../src/core/wire.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import type { World } from './rig.ts';

export interface Remains {
  /** Instances that are not terminated, in the words `i-1 running`. */
  readonly alive: readonly string[];
  /** Keys of leases that are held with a build under them. */
  readonly held: readonly string[];
  /** Of those that are held with none: who died over what another was about to end. Whoever builds that digest again waits for a dead holder, and a sweep frees it. */
  readonly idle: readonly string[];
  /** Templates by the images that are available, in the order of names. */
  readonly available: readonly string[];
  /** Templates whose entry in the manifest is the available image, in the order of names. */
  readonly published: readonly string[];
  /** Templates whose parameter names the available image, in the order of names. */
  readonly named: readonly string[];
  /** Images and snapshots that no tag tells of, images that are no good, and snapshots of no image. */
  readonly unowned: readonly string[];
  /** How many instances there have been. */
  readonly launches: number;
  /** Steps that were sent more than once to one instance. */
  readonly repeated: readonly string[];
}

let wire: Wire;
/** Made once: the first call of a client costs as much as ten. */
const clients = makeClients({ region: 'us-west-2', wire: (request) => wire(request) });

export async function remainsOf(world: World): Promise<Remains> {
  const sandbox = await openSandbox({
    folder: `${world.folder}/.amigraph/sandbox`,
    speed: Number.POSITIVE_INFINITY,
    now: () => world.clock.now(),
  });
  try {
    ({ wire } = sandbox);
    return await look(clients);
  } finally {
    await sandbox.close();
  }
}

async function look({ ec2, ssm }: typeof clients): Promise<Remains> {
  const store = s3ObjectStore(clients, 'amigraph-sandbox');
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  const { Commands = [] } = await ssm.send(new ListCommandsCommand({}));
  const sent = Commands.map(({ Comment, InstanceIds }) => `${InstanceIds?.join(' ')} ${Comment}`);
  const available = Images.filter(({ State }) => State === 'available');
  const listed = JSON.parse((await textOf(store, 'amigraph/manifest/us-west-2.json')) ?? '{}') as {
    images?: Record<string, { image: string }>;
  };
  const published = new Set(Object.values(listed.images ?? {}).map(({ image }) => image));
  const parameters = available.map(
    ({ Tags }) => `/amigraph/${tag(Tags, 'Workspace')}/${tag(Tags, 'TemplateName')}/latest`,
  );
  const { Parameters = [] } =
    parameters.length === 0 ? {} : await ssm.send(new GetParametersCommand({ Names: parameters }));
  const named = new Set(Parameters.map(({ Value }) => Value));
  const snapshots = new Set(
    Images.flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings.map(({ Ebs }) => Ebs?.SnapshotId)),
  );
  const held: string[] = [];
  const idle: string[] = [];
  const keys = await store.list('amigraph/leases/');
  for (const key of keys.ok ? keys.value : []) {
    const { state, journal } = JSON.parse((await textOf(store, key)) ?? '{}') as {
      state?: string;
      journal?: unknown;
    };
    if (state !== 'free') (journal === null ? idle : held).push(key);
  }
  return {
    alive: instances
      .filter(({ State }) => State?.Name !== 'terminated')
      .map(({ InstanceId, State }) => `${InstanceId} ${State?.Name}`),
    held,
    idle,
    available: available.map(({ Tags }) => tag(Tags, 'TemplateName')).toSorted(),
    published: available
      .filter(({ ImageId = '' }) => published.has(ImageId))
      .map(({ Tags }) => tag(Tags, 'TemplateName'))
      .toSorted(),
    named: available
      .filter(({ ImageId = '' }) => named.has(ImageId))
      .map(({ Tags }) => tag(Tags, 'TemplateName'))
      .toSorted(),
    unowned: [
      ...Images.filter((image) => image.State !== 'available' || tag(image.Tags, 'ManagedBy') !== 'amigraph'),
      ...Snapshots.filter(
        ({ SnapshotId, Tags }) => !snapshots.has(SnapshotId) || tag(Tags, 'ManagedBy') !== 'amigraph',
      ),
    ].map((one) => ('ImageId' in one ? `${one.ImageId}` : `${(one as { SnapshotId?: string }).SnapshotId}`)),
    launches: instances.length,
    repeated: [...new Set(sent.filter((one, at) => sent.indexOf(one) !== at))],
  };
}

async function textOf(store: ReturnType<typeof s3ObjectStore>, key: string): Promise<string | undefined> {
  const stored = await store.get(key);
  return stored.ok ? (stored.value?.text ?? undefined) : undefined;
}

const tag = (tags: readonly Tag[] = [], key: string): string =>
  tags.find(({ Key }) => Key === key)?.Value ?? '?';
