/** Making, describing and removing images. It does not know what is on them. */
import { account, faultOf, Refusal } from '../call.ts';
import type { Call } from '../call.ts';
import * as durations from '../durations.ts';
import type { ImageRecord, InstanceRecord } from '../records.ts';
import type { Xml } from '../xml.ts';
import { imageState, ownImage } from './image-life.ts';
import { stateOf } from './instance-life.ts';
import { findInstances } from './instances.ts';
import type { Query } from './query.ts';
import { removeSnapshot } from './snapshots.ts';
import { tagSpecifications } from './tags.ts';

export function createImage(query: Query, call: Call): Record<string, Xml> {
  const id = query.required('InstanceId');
  const name = checkedName(query.required('Name'));
  const instance = capturable(call, id);
  const tags = tagSpecifications(query, ['image', 'snapshot']);
  const { images, imageNames } = call.tables;
  const taken = images.get(call.region, imageNames.get(call.region, name) ?? '');
  if (taken !== undefined && taken.deregisteredAt === undefined) {
    throw new Refusal('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${taken.id}`);
  }
  const failed = faultOf(call, 'image-failed');
  const broken = faultOf(call, 'image-error');
  const message = failed?.message ?? broken?.message;
  const settledAt = call.now + call.lasts(durations.imageCreation(instance.volumeSizeGb));
  const image: ImageRecord = {
    id: call.ids.resource('ami'),
    name,
    description: query.text('Description') ?? '',
    owner: account,
    public: false,
    architecture: instance.architecture,
    createdAt: call.now,
    visibleAt:
      call.now + Math.max(call.lasts(durations.imageHidden), call.lasts(faultOf(call, 'hidden')?.ms ?? 0)),
    settledAt,
    outcome: failed ? 'failed' : broken ? 'error' : 'available',
    ...(message !== undefined && { reason: { code: 'Client.InternalError', message } }),
    disabled: false,
    sourceInstance: instance.id,
    sourceImage: instance.image,
    snapshot: call.ids.resource('snap'),
    ...(instance.rootDevice !== undefined && { rootDevice: instance.rootDevice }),
    volumeSizeGb: instance.volumeSizeGb,
    volumeType: instance.volumeType,
    encrypted: instance.encrypted,
    tags: tags['image'] ?? {},
  };
  images.put([call.region, image.id], image);
  imageNames.put([call.region, name], image.id);
  call.tables.snapshots.put([call.region, image.snapshot], {
    id: image.snapshot,
    volume: instance.volume,
    sizeGb: instance.volumeSizeGb,
    startedAt: call.now,
    doneAt: settledAt,
    failed: image.outcome !== 'available',
    description: `Created by CreateImage(${instance.id}) for ${image.id}`,
    encrypted: instance.encrypted,
    tags: tags['snapshot'] ?? {},
  });
  call.afterwards({ kind: 'capture', region: call.region, instance: instance.id, image: image.id });
  return { imageId: image.id };
}

function checkedName(name: string): string {
  if (/^[A-Za-z0-9 ()[\]./\-'@_]{3,128}$/u.test(name)) return name;
  throw new Refusal(
    'InvalidAMIName.Malformed',
    `AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'`,
  );
}

function capturable(call: Call, id: string): InstanceRecord {
  const [instance] = findInstances(call, [id]);
  const state = instance && stateOf(instance, call.now);
  if (instance !== undefined && (state === 'running' || state === 'stopped')) return instance;
  throw new Refusal(
    'InvalidParameterValue',
    `Invalid value '${id}' for instanceId. Instance is not in state 'running' or 'stopped'`,
  );
}

export function deregisterImage(query: Query, call: Call): Record<string, Xml> {
  const image = ownImage(call, query.required('ImageId'));
  const withSnapshots = query.flag('DeleteAssociatedSnapshots');
  call.tables.images.put([call.region, image.id], {
    ...image,
    deregisteredAt: call.now,
    forgottenAt: call.now + call.lasts(durations.deregisteredLingers),
  });
  call.afterwards({ kind: 'remove-image', image: image.id });
  if (!withSnapshots) return { return: true };
  removeSnapshot(call, image.snapshot);
  return {
    return: true,
    deleteSnapshotResultSet: { item: [{ snapshotId: image.snapshot, returnCode: 'success' }] },
  };
}

export const disableImage = (query: Query, call: Call): Record<string, Xml> => {
  const image = ownImage(call, query.required('ImageId'));
  if (imageState(image, call.now) === 'pending') throw incorrectState(image);
  call.tables.images.put([call.region, image.id], { ...image, disabled: true });
  return { return: true };
};

export const enableImage = (query: Query, call: Call): Record<string, Xml> => {
  const image = ownImage(call, query.required('ImageId'));
  if (!image.disabled) throw incorrectState(image);
  call.tables.images.put([call.region, image.id], { ...image, disabled: false });
  return { return: true };
};

const incorrectState = (image: ImageRecord): Refusal =>
  new Refusal('IncorrectState', `The image ID '${image.id}' is not in a state that allows this.`);
