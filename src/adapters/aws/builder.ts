/** EC2 instances as the builder's machines. It does not know what is built on them. */
import {
  CreateImageCommand,
  CreateTagsCommand,
  type Instance,
  type RunInstancesCommandInput,
  RunInstancesCommand,
  StopInstancesCommand,
  paginateDescribeInstances,
  type Tag,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { redact } from '../../core/credentials.ts';
import type { CloudFailure } from '../../core/failure.ts';
import { type ImageId, imageId, type InstanceId, instanceId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type {
  Builder,
  ImageRequest,
  InstanceView,
  LaunchRequest,
  TaggedInstance,
} from '../../ports/builder.ts';
import { answerOf, batches, valuesPerFilter } from './calls.ts';
import type { Clients } from './clients.ts';
import { type CommandOptions, ssmCommands } from './commands.ts';
import { rootDevices } from './root-devices.ts';

export interface BuilderPlace extends CommandOptions {
  readonly securityGroups: readonly string[];
  readonly instanceProfile: string | undefined;
  readonly kmsKey: string | undefined;
}

export function ec2Builder(clients: Clients, place: BuilderPlace): Builder {
  const { ec2, ec2Once } = clients;
  const rootDeviceOf = rootDevices(clients);
  return {
    ...ssmCommands(clients, place),
    async launch(request) {
      const device = await rootDeviceOf(request.image);
      if (!device.ok) return device;
      const answer = await answerOf('ec2:RunInstances', () =>
        ec2Once.send(new RunInstancesCommand(launchInput(request, place, device.value))),
      );
      if (!answer.ok) return answer;
      const id = answer.value.Instances?.[0]?.InstanceId;
      return id === undefined ? fail(empty('ec2:RunInstances')) : ok(instanceId(id));
    },
    instancesTagged: (tag, value) =>
      answerOf('ec2:DescribeInstances', async () => {
        const filters = [
          { Name: `tag:${tag}`, Values: [value] },
          { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
        ];
        const found: TaggedInstance[] = [];
        for await (const page of paginateDescribeInstances({ client: ec2 }, { Filters: filters })) {
          for (const { InstanceId, Tags } of instancesOf(page)) {
            if (InstanceId !== undefined) found.push({ id: instanceId(InstanceId), tags: tagsOf(Tags) });
          }
        }
        return found;
      }),
    instances: (ids) =>
      answerOf('ec2:DescribeInstances', async () => {
        const views = new Map<InstanceId, InstanceView>();
        for (const some of batches(ids, valuesPerFilter)) {
          // A filter, where ids as such would fail as a whole for one that is not visible yet.
          const filters = [{ Name: 'instance-id', Values: some }];
          for await (const page of paginateDescribeInstances({ client: ec2 }, { Filters: filters })) {
            for (const one of instancesOf(page))
              if (one.InstanceId !== undefined) views.set(instanceId(one.InstanceId), view(one));
          }
        }
        return views;
      }),
    tag: (instance, tags) =>
      done('ec2:CreateTags', () =>
        ec2.send(new CreateTagsCommand({ Resources: [instance], Tags: ec2Tags(tags) })),
      ),
    stop: (instance) =>
      done('ec2:StopInstances', () => ec2.send(new StopInstancesCommand({ InstanceIds: [instance] }))),
    terminate: (instance) =>
      done('ec2:TerminateInstances', () =>
        ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance] })),
      ),
    createImage: (request) => createImage(clients, request),
  };
}

async function done(operation: string, call: () => Promise<unknown>): Promise<Result<void, CloudFailure>> {
  const answer = await answerOf(operation, call);
  return answer.ok ? ok(undefined) : answer;
}

const instancesOf = ({
  Reservations = [],
}: {
  Reservations?: { Instances?: Instance[] | undefined }[] | undefined;
}): Instance[] => Reservations.flatMap(({ Instances = [] }) => Instances);

function view({ State, StateReason, StateTransitionReason }: Instance): InstanceView {
  return {
    state: State?.Name ?? 'unseen',
    reason: StateReason?.Code ?? '',
    why: redact(StateReason?.Message ?? StateTransitionReason ?? ''),
  };
}

const tagsOf = (tags: readonly Tag[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

const ec2Tags = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export function launchInput(
  request: LaunchRequest,
  place: BuilderPlace,
  rootDevice: string,
): RunInstancesCommandInput {
  const tags = ec2Tags(request.tags);
  const deadMan = `#!/bin/sh\nshutdown -P +${request.deadManMinutes}\n`;
  return {
    ClientToken: request.clientToken,
    ImageId: request.image,
    InstanceType: request.instanceType as NonNullable<RunInstancesCommandInput['InstanceType']>,
    MinCount: 1,
    MaxCount: 1,
    InstanceInitiatedShutdownBehavior: 'terminate',
    UserData: Buffer.from(deadMan).toString('base64'),
    MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
    BlockDeviceMappings: [
      {
        DeviceName: rootDevice,
        Ebs: {
          VolumeSize: request.volumeGb,
          VolumeType: 'gp3',
          Encrypted: true,
          ...(place.kmsKey === undefined ? {} : { KmsKeyId: place.kmsKey }),
          DeleteOnTermination: true,
        },
      },
    ],
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
    ],
    ...(request.spot ? { InstanceMarketOptions: { MarketType: 'spot' as const } } : {}),
    ...(request.subnet === null ? {} : { SubnetId: request.subnet }),
    ...(place.securityGroups.length === 0 ? {} : { SecurityGroupIds: [...place.securityGroups] }),
    ...(place.instanceProfile === undefined ? {} : { IamInstanceProfile: { Name: place.instanceProfile } }),
  };
}

/** CreateImage takes no token: a repeat fails for the name, which holds the build id, and the error names the image. */
async function createImage({ ec2 }: Clients, request: ImageRequest): Promise<Result<ImageId, CloudFailure>> {
  const tags = ec2Tags(request.tags);
  const command = new CreateImageCommand({
    InstanceId: request.instance,
    Name: request.name,
    Description: request.description,
    TagSpecifications: [
      { ResourceType: 'image', Tags: tags },
      { ResourceType: 'snapshot', Tags: tags },
    ],
  });
  const answer = await answerOf('ec2:CreateImage', () => ec2.send(command));
  if (answer.ok) {
    return answer.value.ImageId === undefined
      ? fail(empty('ec2:CreateImage'))
      : ok(imageId(answer.value.ImageId));
  }
  const { awsCode, message } = answer.error;
  const named = awsCode === 'InvalidAMIName.Duplicate' ? /ami-[0-9a-f]+/.exec(message)?.[0] : undefined;
  return named === undefined ? answer : ok(imageId(named));
}

const empty = (operation: string): CloudFailure => ({
  code: 'cloud',
  awsCode: 'EmptyAnswer',
  operation,
  message: 'the answer holds no id',
  nature: 'unknown',
});
