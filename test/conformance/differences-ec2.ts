/** Where the sandbox's EC2 and moto's differ. */
import {
  CreateImageCommand,
  type CreateImageCommandInput,
  CreateTagsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  type Image,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { baseImage, defined, launch, oneMinute, oneSecond } from '../sandbox/rig.ts';
import { type Asked, type Difference, first, running, verdict } from './difference.ts';

const unknown = 'i-00000000000000000';
const mine = { Key: 'Mine', Value: 'yes' };

const run = async (at: Asked, more: Partial<RunInstancesCommandInput>) => {
  const input = {
    ImageId: await baseImage(at),
    InstanceType: 'c6a.large' as const,
    MinCount: 1,
    MaxCount: 1,
  };
  return at.ec2.send(new RunInstancesCommand({ ...input, ...more }));
};

const create = async (at: Asked, more: Partial<CreateImageCommandInput> = {}): Promise<string> => {
  const input = { InstanceId: await running(at), Name: 'image', ...more };
  return defined((await at.ec2.send(new CreateImageCommand(input))).ImageId);
};

const imageOf = async ({ ec2 }: Asked, id: string): Promise<Image> =>
  first((await ec2.send(new DescribeImagesCommand({ ImageIds: [id] }))).Images);

const snapshotOf = async (at: Asked, id: string): Promise<string> =>
  defined(first((await imageOf(at, id)).BlockDeviceMappings).Ebs?.SnapshotId);

export const ec2Differences: readonly Difference[] = [
  {
    what: 'RunInstances, twice with one ClientToken',
    async ask(at) {
      const [one, two] = [await run(at, { ClientToken: 'a' }), await run(at, { ClientToken: 'a' })];
      return first(one.Instances).InstanceId === first(two.Instances).InstanceId ? 'one instance' : 'two';
    },
    sandbox: 'one instance',
    moto: 'two',
    likeAws: 'the sandbox',
    why: 'EC2 Developer Guide, Ensuring idempotency: a repeat with the same token does nothing more',
  },
  {
    what: 'RunInstances, with the ClientToken of a launch that was another',
    async ask(at) {
      await run(at, { ClientToken: 'a' });
      return verdict(run(at, { ClientToken: 'a', InstanceType: 'c6a.xlarge' }));
    },
    sandbox: '400 IdempotentParameterMismatch',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, Error codes: IdempotentParameterMismatch',
  },
  {
    what: 'RunInstances, of a type with another architecture than the image',
    ask: (at) => verdict(run(at, { InstanceType: 'c7g.large' })),
    sandbox: '400 InvalidParameterValue',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 User Guide, Instance type compatibility: the architecture of the image must match',
  },
  {
    what: 'RunInstances, of an image that was deregistered',
    async ask(at) {
      const ImageId = await create(at);
      at.step(30 * oneMinute);
      await at.ec2.send(new DeregisterImageCommand({ ImageId }));
      return verdict(run(at, { ImageId }));
    },
    sandbox: '400 InvalidAMIID.Unavailable',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, Error codes: InvalidAMIID.Unavailable, it has been deregistered',
  },
  {
    what: 'DescribeInstances, just after a launch',
    async ask(at) {
      const id = await launch(at);
      at.step(2 * oneSecond);
      const answer = await at.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
      return first(first(answer.Reservations).Instances).State?.Name;
    },
    sandbox: 'pending',
    moto: 'running',
    likeAws: 'the sandbox',
    why: 'EC2 User Guide, Instance state changes: an instance is pending until it is ready',
  },
  {
    what: 'DescribeInstances, just after a stop',
    async ask(at) {
      const id = await running(at);
      await at.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
      const answer = await at.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
      return first(first(answer.Reservations).Instances).State?.Name;
    },
    sandbox: 'stopping',
    moto: 'stopped',
    likeAws: 'the sandbox',
    why: 'EC2 User Guide, Instance state changes: an instance that is stopped is stopping first',
  },
  {
    what: 'StopInstances, of one that is terminated',
    async ask(at) {
      const id = await running(at);
      await at.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
      at.step(5 * oneMinute);
      return verdict(at.ec2.send(new StopInstancesCommand({ InstanceIds: [id] })));
    },
    sandbox: '400 IncorrectInstanceState',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, Error codes: IncorrectInstanceState',
  },
  {
    what: 'CreateImage, twice by one name',
    async ask(at) {
      await create(at);
      return verdict(create(at));
    },
    sandbox: '400 InvalidAMIName.Duplicate',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, Error codes: InvalidAMIName.Duplicate',
  },
  {
    what: 'CreateImage, by a name of two letters',
    ask: (at) => verdict(create(at, { Name: 'ab' })),
    sandbox: '400 InvalidAMIName.Malformed',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, CreateImage: Name has 3 to 128 characters',
  },
  {
    what: 'CreateImage, with tags for the snapshots',
    async ask(at) {
      const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: [mine] }];
      const made = await create(at, { TagSpecifications }).catch(() => undefined);
      if (made === undefined) return verdict(create(at, { TagSpecifications }));
      at.step(30 * oneMinute);
      const SnapshotIds = [await snapshotOf(at, made)];
      return first((await at.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds }))).Snapshots).Tags;
    },
    sandbox: [mine],
    moto: '500',
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, CreateImage: TagSpecification.N takes the resource types image and snapshot',
  },
  {
    what: 'DescribeImages, just after CreateImage',
    async ask(at) {
      const id = await create(at);
      at.step(3 * oneSecond);
      return (await imageOf(at, id)).State;
    },
    sandbox: 'pending',
    moto: 'available',
    likeAws: 'the sandbox',
    why: 'EC2 User Guide, Create an AMI: it is pending until its snapshots are there, which takes minutes',
  },
  {
    what: 'DescribeImages, of an image whose instance has a volume of 20 GB',
    async ask(at) {
      const BlockDeviceMappings = [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20 } }];
      const InstanceId = defined(first((await run(at, { BlockDeviceMappings })).Instances).InstanceId);
      at.step(2 * oneMinute);
      const id = await create(at, { InstanceId });
      at.step(30 * oneMinute);
      return first((await imageOf(at, id)).BlockDeviceMappings).Ebs?.VolumeSize;
    },
    sandbox: 20,
    moto: 15,
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, CreateImage: the image has the block device mapping of the instance',
  },
  {
    what: 'DescribeImages, with MaxResults',
    async ask({ ec2 }) {
      const { Images = [], NextToken } = await ec2.send(
        new DescribeImagesCommand({ Owners: ['amazon'], MaxResults: 5 }),
      );
      return [Images.length <= 5, typeof NextToken];
    },
    sandbox: [true, 'string'],
    moto: [false, 'undefined'],
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, DescribeImages: MaxResults is the most of one page, NextToken asks for the next',
  },
  {
    what: 'DescribeImages, with 201 values for a filter',
    ask({ ec2 }) {
      const Values = Array.from({ length: 201 }, (_, at) => `${at}`);
      return verdict(ec2.send(new DescribeImagesCommand({ Filters: [{ Name: 'tag:Mine', Values }] })));
    },
    sandbox: '400 FilterLimitExceeded',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 User Guide, List and filter: at most 200 values a filter; API Reference, Error codes: FilterLimitExceeded',
  },
  {
    what: 'DescribeImages, with a filter that there is not',
    ask: ({ ec2 }) =>
      verdict(ec2.send(new DescribeImagesCommand({ Filters: [{ Name: 'nonsense', Values: ['a'] }] }))),
    sandbox: '400 InvalidParameterValue',
    moto: '500',
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, Error codes: InvalidParameterValue',
  },
  {
    what: 'DeregisterImage, with DeleteAssociatedSnapshots',
    async ask(at) {
      const ImageId = await create(at);
      at.step(30 * oneMinute);
      const SnapshotIds = [await snapshotOf(at, ImageId)];
      await at.ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
      return verdict(at.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds })));
    },
    sandbox: '400 InvalidSnapshot.NotFound',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, DeregisterImage: DeleteAssociatedSnapshots deletes them',
  },
  {
    what: 'CreateTags, on an instance that nobody has',
    ask: ({ ec2 }) => verdict(ec2.send(new CreateTagsCommand({ Resources: [unknown], Tags: [mine] }))),
    sandbox: '400 InvalidInstanceID.NotFound',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 API Reference, Error codes: InvalidInstanceID.NotFound',
  },
  {
    what: 'CreateTags, with a key of AWS',
    async ask(at) {
      const Tags = [{ Key: 'aws:mine', Value: 'yes' }];
      return verdict(at.ec2.send(new CreateTagsCommand({ Resources: [await running(at)], Tags })));
    },
    sandbox: '400 InvalidParameterValue',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'EC2 User Guide, Tag restrictions: keys that begin with aws: are reserved',
  },
];
