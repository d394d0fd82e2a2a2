/** Instances as EC2 shows them in its answers. It does not know which of them were asked for. */
import { account } from '../call.ts';
import { type InstanceRecord, type Time, usualRootDevice } from '../records.ts';
import type { Xml } from '../xml.ts';
import { endOf, stateCodes, stateOf } from './instance-life.ts';
import type { InstanceState } from './instance-life.ts';
import { tagSet } from './tags.ts';

export const stateView = (state: InstanceState): Xml => ({ code: stateCodes[state], name: state });

/** The instances of one launch. */
export function reservation(instances: readonly InstanceRecord[], now: Time): Record<string, Xml> {
  return {
    reservationId: instances[0]?.reservation,
    ownerId: account,
    groupSet: {},
    instancesSet: { item: instances.map((instance) => instanceView(instance, now)) },
  };
}

function instanceView(instance: InstanceRecord, now: Time): Xml {
  const state = stateOf(instance, now);
  const reason = stateReason(instance, now, state);
  const alive = state !== 'terminated';
  return {
    instanceId: instance.id,
    imageId: instance.image,
    instanceState: stateView(state),
    privateDnsName: alive ? `ip-${instance.address.replaceAll('.', '-')}.ec2.internal` : '',
    dnsName: '',
    reason: reason?.message ?? '',
    amiLaunchIndex: instance.launchIndex,
    productCodes: {},
    instanceType: instance.type,
    launchTime: new Date(instance.launchedAt).toISOString(),
    placement: { availabilityZone: instance.zone, groupName: '', tenancy: 'default' },
    monitoring: { state: 'disabled' },
    subnetId: alive ? instance.subnet : undefined,
    vpcId: alive ? 'vpc-00000000000000000' : undefined,
    privateIpAddress: alive ? instance.address : undefined,
    sourceDestCheck: true,
    groupSet: { item: instance.securityGroups.map((groupId) => ({ groupId, groupName: groupId })) },
    stateReason: reason,
    architecture: instance.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: instance.rootDevice ?? usualRootDevice,
    blockDeviceMapping: {
      item: alive
        ? [
            {
              deviceName: instance.rootDevice ?? usualRootDevice,
              ebs: {
                volumeId: instance.volume,
                status: 'attached',
                attachTime: new Date(instance.launchedAt).toISOString(),
                deleteOnTermination: true,
              },
            },
          ]
        : [],
    },
    virtualizationType: 'hvm',
    instanceLifecycle: instance.spot ? 'spot' : undefined,
    clientToken: instance.clientToken ?? '',
    tagSet: tagSet(instance.tags),
    hypervisor: 'xen',
    iamInstanceProfile: profileView(instance.profile),
    ebsOptimized: false,
    enaSupport: true,
    metadataOptions: instance.metadata,
  };
}

function stateReason(
  instance: InstanceRecord,
  now: Time,
  state: InstanceState,
): { code: string; message: string } | undefined {
  const end = endOf(instance);
  if (end !== undefined && now >= end.at) return { code: end.code, message: end.message };
  if (state === 'pending') return { code: 'pending', message: 'pending' };
  if (instance.stop === undefined) return undefined;
  const code = 'Client.UserInitiatedShutdown';
  return { code, message: `${code}: User initiated shutdown` };
}

function profileView(profile: string | undefined): Xml {
  if (profile === undefined) return undefined;
  const arn = profile.startsWith('arn:') ? profile : `arn:aws:iam::${account}:instance-profile/${profile}`;
  return { arn, id: 'AIPA00000000000000000' };
}
