/** RunInstances: new instances, once for each client token. It does not know what runs on them. */
import { createHash } from 'node:crypto';
import type { Call } from '../call.ts';
import { faultOf, Refusal } from '../call.ts';
import * as durations from '../durations.ts';
import { type ImageRecord, type InstanceRecord, type PlannedEnd, usualRootDevice } from '../records.ts';
import type { Xml } from '../xml.ts';
import { findImage, imageState } from './image-life.ts';
import { endOf } from './instance-life.ts';
import { architectureOf, isInstanceType } from './instance-types.ts';
import { reservation } from './instance-view.ts';
import { defaultSubnet, findGroup, findSubnet } from './network.ts';
import { type Query, refuseOnTrial } from './query.ts';
import { tagSpecifications } from './tags.ts';

export function runInstances(
  query: Query,
  call: Call,
  parameters: ReadonlyMap<string, string>,
): Record<string, Xml> {
  const image = launchableImage(query, call);
  const type = launchableType(query, image);
  const count = launchCount(query);
  const volume = rootVolume(query, image);
  const tags = tagSpecifications(query, [
    'instance',
    'volume',
    'network-interface',
    'spot-instances-request',
  ]);
  const subnet = query.text('SubnetId') ?? query.text('NetworkInterface.1.SubnetId') ?? defaultSubnet;
  findSubnet(subnet);
  const securityGroups = [
    ...query.list('SecurityGroupId'),
    ...query.group('NetworkInterface.1').list('SecurityGroupId'),
  ];
  for (const group of securityGroups) findGroup(group);
  refuseOnTrial(query);
  const token = query.text('ClientToken');
  const digest = digestOf(parameters);
  const before = token === undefined ? undefined : launchedBefore(call, token, digest);
  if (before !== undefined) return reservation(before, call.now);
  const capacity = faultOf(call, 'lost-capacity');
  const zone = `${call.region}a`;
  if (capacity?.later === false) {
    throw new Refusal(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity.`,
      { status: 500 },
    );
  }

  const common = {
    image: image.id,
    type,
    architecture: image.architecture,
    tags: tags['instance'] ?? {},
    ...(token !== undefined && { clientToken: token }),
    reservation: call.ids.resource('r'),
    ...timesOf(query, call),
    spot: query.text('InstanceMarketOptions.MarketType') === 'spot',
    zone,
    subnet,
    securityGroups,
    ...profileOf(query),
    ...volume,
    metadata: {
      state: 'applied',
      httpTokens: query.text('MetadataOptions.HttpTokens') ?? 'optional',
      httpPutResponseHopLimit: query.text('MetadataOptions.HttpPutResponseHopLimit') ?? '1',
      httpEndpoint: query.text('MetadataOptions.HttpEndpoint') ?? 'enabled',
    },
  };
  const instances = Array.from({ length: count }, (_, index): InstanceRecord => {
    const id = call.ids.resource('i');
    const last = Number.parseInt(id.slice(-4), 16);
    const address = `172.31.${last >> 8}.${last & 255}`;
    return { ...common, id, launchIndex: index, address, volume: call.ids.resource('vol') };
  });
  for (const instance of instances) {
    call.tables.instances.put([call.region, instance.id], instance);
    call.afterwards({ kind: 'prepare', instance: instance.id, image: image.id });
  }
  if (token !== undefined) {
    call.tables.tokens.put([call.region, token], {
      parameters: digest,
      instances: instances.map(({ id }) => id),
    });
  }
  return reservation(instances, call.now);
}

function launchedBefore(call: Call, token: string, digest: string): InstanceRecord[] | undefined {
  if (token.length > 64) {
    throw new Refusal(
      'InvalidParameterValue',
      `Invalid value '${token}' for clientToken: it must be 64 characters at most.`,
    );
  }
  const used = call.tables.tokens.get(call.region, token);
  if (used === undefined) return undefined;
  if (used.parameters !== digest) {
    throw new Refusal(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
  }
  const instances = used.instances.flatMap((id) => call.tables.instances.get(call.region, id) ?? []);
  const ended = (instance: InstanceRecord): boolean => (endOf(instance)?.at ?? Infinity) <= call.now;
  if (instances.length === 0 || instances.some(ended)) {
    throw new Refusal(
      'IdempotentInstanceTerminated',
      'The request token has already been used for an instance that has been terminated.',
    );
  }
  return instances;
}

function launchableImage(query: Query, call: Call): ImageRecord {
  const image = findImage(call, query.required('ImageId'));
  const state = imageState(image, call.now);
  if (state !== 'available') {
    throw new Refusal('InvalidAMIID.Unavailable', `The image ID '${image.id}' is not available (${state})`);
  }
  return image;
}

function launchableType(query: Query, image: ImageRecord): string {
  const type = query.text('InstanceType') ?? 'm1.small';
  if (!isInstanceType(type))
    throw new Refusal('InvalidParameterValue', `Invalid value '${type}' for InstanceType.`);
  if (architectureOf(type) !== image.architecture) {
    throw new Refusal(
      'InvalidParameterValue',
      `The architecture '${architectureOf(type)}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    );
  }
  return type;
}

function launchCount(query: Query): number {
  query.required('MinCount');
  query.required('MaxCount');
  const least = query.count('MinCount') ?? 0;
  const most = query.count('MaxCount') ?? 0;
  if (least < 1 || most < least || most > 100) {
    throw new Refusal('InvalidParameterValue', `Value (${most}) for parameter maxCount is invalid.`);
  }
  return most;
}

function rootVolume(
  query: Query,
  image: ImageRecord,
): Pick<InstanceRecord, 'rootDevice' | 'volumeSizeGb' | 'volumeType' | 'encrypted'> {
  const { rootDevice = usualRootDevice } = image;
  // What has another name is a second volume, of which an image of the sandbox holds nothing.
  const root = query
    .groups('BlockDeviceMapping')
    .find((device) => device.text('DeviceName') === rootDevice)
    ?.group('Ebs');
  const size = root?.count('VolumeSize') ?? image.volumeSizeGb;
  if (size < image.volumeSizeGb) {
    throw new Refusal(
      'InvalidBlockDeviceMapping',
      `Volume of size ${size}GB is smaller than snapshot '${image.snapshot}', expect size >= ${image.volumeSizeGb}GB`,
    );
  }
  return {
    rootDevice,
    volumeSizeGb: size,
    volumeType: root?.text('VolumeType') ?? image.volumeType,
    encrypted: image.encrypted || root?.flag('Encrypted') === true,
  };
}

const profileOf = (query: Query): Pick<InstanceRecord, 'profile'> => {
  const profile = query.text('IamInstanceProfile.Arn') ?? query.text('IamInstanceProfile.Name');
  return profile === undefined ? {} : { profile };
};

type Times = Pick<InstanceRecord, 'launchedAt' | 'visibleAt' | 'runningAt' | 'onlineAt' | 'ends'>;

function timesOf(query: Query, call: Call): Times {
  const { now, lasts } = call;
  const runningAt = now + lasts(durations.instancePending);
  return {
    launchedAt: now,
    visibleAt: now + Math.max(lasts(durations.instanceHidden), lasts(faultOf(call, 'hidden')?.ms ?? 0)),
    runningAt,
    onlineAt: runningAt + lasts(durations.agentStart),
    ends: plannedEnds(query, call),
  };
}

function plannedEnds(query: Query, call: Call): PlannedEnd[] {
  const ends: PlannedEnd[] = [];
  const minutes = deadManMinutes(query);
  if (minutes !== undefined) {
    ends.push(
      endAt(
        call,
        call.now + call.limits(minutes * 60_000),
        'Client.InstanceInitiatedShutdown',
        'Instance initiated shutdown',
        true,
      ),
    );
  }
  if (faultOf(call, 'lost-capacity')?.later === true) {
    const at = call.now + call.lasts(durations.lateCapacityLoss);
    ends.push(
      endAt(
        call,
        at,
        'Server.InsufficientInstanceCapacity',
        'There was insufficient capacity available to satisfy the launch request.',
      ),
    );
  }
  const interruption = faultOf(call, 'interrupt-spot');
  if (interruption !== undefined) {
    const at = call.now + call.lasts(interruption.ms);
    ends.push(endAt(call, at, 'Server.SpotInstanceTermination', 'Spot instance termination'));
  }
  return ends;
}

export function endAt(call: Call, at: number, code: string, message: string, byItself = false): PlannedEnd {
  const doneAt = at + call.lasts(durations.instanceShuttingDown);
  const goneAt = doneAt + call.limits(durations.terminatedLingers);
  return { at, doneAt, goneAt, code: code, message: `${code}: ${message}`, byItself };
}

/** A timer set by the user data, `shutdown -h +90`, that ends an instance which is terminated by its own shutdown. */
function deadManMinutes(query: Query): number | undefined {
  if (query.text('InstanceInitiatedShutdownBehavior') !== 'terminate') return undefined;
  const script = Buffer.from(query.text('UserData') ?? '', 'base64').toString('utf8');
  const minutes = /\bshutdown\s+(?:-[hP]\s+)\+?(?<after>\d+)/u.exec(script)?.groups?.['after'];
  return minutes === undefined ? undefined : Number(minutes);
}

function digestOf(parameters: ReadonlyMap<string, string>): string {
  const relevant = [...parameters].filter(
    ([name]) => !['Action', 'Version', 'ClientToken', 'DryRun'].includes(name),
  );
  return createHash('sha256')
    .update(JSON.stringify(relevant.toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
}
