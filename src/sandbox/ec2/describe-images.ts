/** DescribeImages, and images as EC2 shows them. It does not know how they are made. */
import { account } from '../call.ts';
import type { Call } from '../call.ts';
import { type ImageRecord, type Time, usualRootDevice } from '../records.ts';
import type { Xml } from '../xml.ts';
import { filterOf, inIdOrder, pageOf, pageStart } from './filters.ts';
import { allImages, checkImageId, imagesMissing, imageState, imageUnavailable } from './image-life.ts';
import { publicImages } from './public-images.ts';
import type { Query } from './query.ts';
import { tagSet } from './tags.ts';

export function describeImages(query: Query, call: Call): Record<string, Xml> {
  const wanted = filterOf<ImageRecord>(query, {
    'image-id': ({ id }) => id,
    name: ({ name }) => name,
    description: ({ description }) => description,
    state: (image) => imageState(image, call.now),
    'owner-id': ({ owner }) => owner,
    'owner-alias': ({ ownerAlias }) => ownerAlias,
    architecture: ({ architecture }) => architecture,
    'is-public': (image) => String(image.public),
    'image-type': () => 'machine',
    'root-device-type': () => 'ebs',
    'root-device-name': ({ rootDevice = usualRootDevice }) => rootDevice,
    'virtualization-type': () => 'hvm',
    hypervisor: () => 'xen',
    'ena-support': () => 'true',
    'platform-details': () => 'Linux/UNIX',
    'creation-date': ({ createdAt }) => new Date(createdAt).toISOString(),
    'block-device-mapping.snapshot-id': ({ snapshot }) => snapshot,
    'block-device-mapping.encrypted': ({ encrypted }) => String(encrypted),
    'source-instance-id': ({ sourceInstance }) => sourceInstance,
    'source-image-id': ({ sourceImage }) => sourceImage,
  });
  const owners = query.list('Owner');
  const ids = query.list('ImageId').map(checkImageId);
  const withDisabled = query.flag('IncludeDisabled');
  // By its id anybody finds it; and its owner always does.
  const withDeprecated = ids.length > 0 || query.flag('IncludeDeprecated');
  const isShown = (image: ImageRecord): boolean =>
    call.now >= image.visibleAt &&
    (withDisabled || !image.disabled) &&
    (withDeprecated || !isDeprecated(image, call.now)) &&
    isOwnedByAny(image, owners) &&
    wanted(image);
  const images = ids.length > 0 ? named(call, ids) : remembered(call, pageStart(query));
  const page = pageOf(query, filter(images, isShown), 1);
  return {
    imagesSet: { item: page.things.map((image) => imageView(image, call.now)) },
    nextToken: page.nextToken,
  };
}

const isDeprecated = ({ owner, deprecatedAt = Infinity }: ImageRecord, now: Time): boolean =>
  owner !== account && now >= deprecatedAt;

function named(call: Call, ids: readonly string[]): ImageRecord[] {
  const found = allImages(call).filter(({ id, visibleAt }) => call.now >= visibleAt && ids.includes(id));
  const missing = ids.filter((id) => !found.some((image) => image.id === id));
  if (missing.length > 0) throw imagesMissing(missing);
  const forgotten = found.find((image) => call.now >= (image.forgottenAt ?? Infinity));
  if (forgotten !== undefined) throw imageUnavailable(forgotten.id);
  return inIdOrder(found);
}

/** From the id `after` on, in the order of their ids. */
function* remembered(call: Call, after: string): Generator<ImageRecord> {
  const published = inIdOrder(publicImages(call.region));
  for (const { row } of call.tables.images.scan([call.region], after)) {
    while (published[0] !== undefined && published[0].id < row.id) yield* published.splice(0, 1);
    if (call.now < (row.forgottenAt ?? Infinity)) yield row;
  }
  yield* published;
}

function* filter<Thing>(things: Iterable<Thing>, test: (thing: Thing) => boolean): Generator<Thing> {
  for (const thing of things) if (test(thing)) yield thing;
}

function isOwnedByAny(image: ImageRecord, owners: readonly string[]): boolean {
  if (owners.length === 0) return true;
  return owners.some(
    (owner) =>
      owner === image.owner || (owner === 'self' && image.owner === account) || owner === image.ownerAlias,
  );
}

function imageView(image: ImageRecord, now: Time): Xml {
  const state = imageState(image, now);
  return {
    imageId: image.id,
    imageLocation: `${image.ownerAlias ?? image.owner}/${image.name}`,
    imageState: state,
    imageOwnerId: image.owner,
    imageOwnerAlias: image.ownerAlias,
    creationDate: new Date(image.createdAt).toISOString(),
    deprecationTime:
      image.deprecatedAt === undefined ? undefined : new Date(image.deprecatedAt).toISOString(),
    isPublic: image.public,
    productCodes: {},
    architecture: image.architecture,
    imageType: 'machine',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    name: image.name,
    description: image.description,
    rootDeviceType: 'ebs',
    rootDeviceName: image.rootDevice ?? usualRootDevice,
    blockDeviceMapping: {
      item: [
        {
          deviceName: image.rootDevice ?? usualRootDevice,
          ebs: {
            snapshotId: image.snapshot,
            volumeSize: image.volumeSizeGb,
            deleteOnTermination: true,
            volumeType: image.volumeType,
            encrypted: image.encrypted,
          },
        },
      ],
    },
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    enaSupport: true,
    sriovNetSupport: 'simple',
    bootMode: image.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    imdsSupport: image.public ? 'v2.0' : undefined,
    stateReason: state === 'failed' || state === 'error' ? image.reason : undefined,
    sourceInstanceId: image.sourceInstance,
    sourceImageId: image.sourceImage,
    tagSet: tagSet(image.tags),
  };
}
