import {
  CreateImageCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  EnableImageCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { DescribeImagesCommandInput, Image } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import {
  baseImage,
  clientsOf,
  defined,
  errorOf,
  failureOf,
  imageOf,
  launch,
  launchOnline,
  oneMinute,
  rig,
  oneSecond,
} from './rig.ts';
import type { Clients } from './rig.ts';

async function images({ ec2 }: Clients, input: DescribeImagesCommandInput): Promise<Image[]> {
  return defined((await ec2.send(new DescribeImagesCommand(input))).Images);
}

const named = (all: Image[]): (string | undefined)[] => all.map(({ Name }) => Name);

describe('making an image', () => {
  test('it is invisible, then pending, then available, with its tags from the start', async () => {
    const at = await rig();
    const InstanceId = await launchOnline(at, {
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 100, Encrypted: true } }],
    });
    const Tags = [{ Key: 'ManagedBy', Value: 'amigraph' }];
    const { ImageId } = await at.ec2.send(
      new CreateImageCommand({
        InstanceId,
        Name: 'first',
        TagSpecifications: [
          { ResourceType: 'image', Tags },
          { ResourceType: 'snapshot', Tags },
        ],
      }),
    );
    const ImageIds = [defined(ImageId)];
    expect(await errorOf(images(at, { ImageIds }))).toBe('InvalidAMIID.NotFound');
    at.step(3 * oneSecond);
    expect(await images(at, { ImageIds })).toMatchObject([{ State: 'pending', Tags }]);
    expect(await errorOf(launch(at, { ImageId }))).toBe('InvalidAMIID.Unavailable');
    at.step(5 * oneMinute);
    expect(await images(at, { ImageIds })).toMatchObject([{ State: 'pending' }]);
    at.step(2 * oneMinute);
    const [image] = await images(at, { ImageIds });
    expect(image).toMatchObject({
      State: 'available',
      OwnerId: '000000000000',
      SourceInstanceId: InstanceId,
    });
    const ebs = image?.BlockDeviceMappings?.[0]?.Ebs;
    expect(ebs).toMatchObject({ VolumeSize: 100, Encrypted: true });
    const SnapshotIds = [defined(ebs?.SnapshotId)];
    const { Snapshots } = await at.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds }));
    expect(Snapshots).toMatchObject([{ State: 'completed', Tags, VolumeSize: 100 }]);
    await launch(at, { ImageId });
  });

  test('a name that is taken is refused with the image that has it, until that is deregistered', async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    const ImageId = await imageOf(at, instance, 'same');
    const refused = await failureOf(imageOf(at, instance, 'same'));
    expect(refused.name).toBe('InvalidAMIName.Duplicate');
    expect(refused.message).toBe(`AMI name same is already in use by AMI ${ImageId}`);
    await at.ec2.send(new DeregisterImageCommand({ ImageId }));
    expect(await imageOf(at, instance, 'same')).not.toBe(ImageId);
  });

  test('an instance that is neither running nor stopped has no image', async () => {
    const at = await rig();
    const id = await launch(at);
    at.step(2 * oneSecond);
    const refused = await failureOf(imageOf(at, id, 'early'));
    expect(refused.name).toBe('InvalidParameterValue');
    expect(refused.message).toContain("Instance is not in state 'running' or 'stopped'");
    at.step(oneMinute);
    await at.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(await errorOf(imageOf(at, id, 'late'))).toBe('InvalidParameterValue');
    expect(await errorOf(imageOf(at, id, 'x'))).toBe('InvalidAMIName.Malformed');
  });
});

describe('finding images', () => {
  test('owners, filters, wildcards and Regions', async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    await at.ec2.send(
      new CreateImageCommand({
        InstanceId: instance,
        Name: 'amigraph-[gromacs]-1',
        TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'TemplateHash', Value: 'abc' }] }],
      }),
    );
    await imageOf(at, instance, 'amigraph-namd-1');
    const filter = (Name: string, ...Values: string[]): Promise<Image[]> =>
      images(at, { Owners: ['self'], Filters: [{ Name, Values }] });
    expect(named(await filter('name', 'amigraph-*-1'))).toHaveLength(2);
    expect(named(await filter('name', 'amigraph-[gromacs]-?'))).toEqual(['amigraph-[gromacs]-1']);
    expect(named(await filter('tag:TemplateHash', 'abc', 'def'))).toEqual(['amigraph-[gromacs]-1']);
    expect(named(await filter('tag-key', 'TemplateHash'))).toHaveLength(1);
    expect(await filter('state', 'pending')).toEqual([]);
    expect(await filter('architecture', 'arm64')).toEqual([]);
    expect(await images(at, { Owners: ['000000000000'] })).toHaveLength(2);
    expect(await images(clientsOf(at.sandbox.wire, 'eu-west-1'), { Owners: ['self'] })).toEqual([]);
    expect(await errorOf(filter('nonsense', 'x'))).toBe('InvalidParameterValue');
  });

  test('the limits on filters', async () => {
    const at = await rig();
    const values = (count: number): string[] => Array.from({ length: count }, (_, index) => `v${index}`);
    const Filters = [{ Name: 'name', Values: values(200) }];
    expect(await images(at, { Filters })).toEqual([]);
    const tooMany = images(at, { Filters: [{ Name: 'name', Values: values(201) }] });
    expect(await errorOf(tooMany)).toBe('FilterLimitExceeded');
    const filters = values(51).map((Name) => ({ Name: `tag:${Name}`, Values: ['x'] }));
    expect(await errorOf(images(at, { Filters: filters }))).toBe('FilterLimitExceeded');
  });

  test('pages hold every image once', async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    for (let index = 0; index < 7; index += 1) await imageOf(at, instance, `image-${index}`);
    const seen: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await at.ec2.send(
        new DescribeImagesCommand({ Owners: ['self'], MaxResults: 3, NextToken }),
      );
      seen.push(...defined(page.Images).map(({ ImageId }) => defined(ImageId)));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
    expect(await errorOf(images(at, { NextToken: 'nonsense' }))).toBe('InvalidNextToken');
  });

  test('the public images are in every Region, with ids of their own that never change', async () => {
    const [at, other] = [await rig(), await rig()];
    const west = await baseImage(at);
    expect(await baseImage(other)).toBe(west);
    expect(await baseImage(clientsOf(at.sandbox.wire, 'eu-west-1'))).not.toBe(west);
    const [image] = await images(at, { ImageIds: [west] });
    expect(image).toMatchObject({
      OwnerId: '137112412989',
      ImageOwnerAlias: 'amazon',
      Public: true,
      State: 'available',
    });
    const Filters = [{ Name: 'name', Values: ['aws-parallelcluster-3.14.0-amzn2023-hvm-x86_64*'] }];
    expect(await images(at, { Owners: ['amazon'], Filters })).toHaveLength(1);
    expect(await errorOf(at.ec2.send(new DeregisterImageCommand({ ImageId: west })))).toBe('AuthFailure');
  });
});

describe('removing images', () => {
  test('a deregistered one lingers in lists, and its snapshot stays', async () => {
    const at = await rig();
    const ImageId = await imageOf(at, await launchOnline(at), 'gone');
    const [image] = await images(at, { ImageIds: [ImageId] });
    const SnapshotId = defined(image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId);
    const inUse = await failureOf(at.ec2.send(new DeleteSnapshotCommand({ SnapshotId })));
    expect(inUse.name).toBe('InvalidSnapshot.InUse');
    expect(inUse.message).toContain(ImageId);
    await at.ec2.send(new DeregisterImageCommand({ ImageId }));
    expect(await images(at, { Owners: ['self'] })).toMatchObject([{ State: 'deregistered' }]);
    at.step(oneMinute);
    expect(await images(at, { Owners: ['self'] })).toEqual([]);
    expect(await errorOf(images(at, { ImageIds: [ImageId] }))).toBe('InvalidAMIID.Unavailable');
    expect(await errorOf(at.ec2.send(new DeregisterImageCommand({ ImageId })))).toBe(
      'InvalidAMIID.Unavailable',
    );
    await at.ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    expect(await errorOf(at.ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).toBe(
      'InvalidSnapshot.NotFound',
    );
  });

  test('its snapshots go with it where that is asked for', async () => {
    const at = await rig();
    const ImageId = await imageOf(at, await launchOnline(at), 'gone');
    const answer = await at.ec2.send(
      new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }),
    );
    expect(answer.DeleteSnapshotResults).toMatchObject([{ ReturnCode: 'success' }]);
    expect((await at.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots).toEqual([]);
  });

  test('a disabled one is hidden unless it is asked for, and cannot be launched', async () => {
    const at = await rig();
    const ImageId = await imageOf(at, await launchOnline(at), 'off');
    await at.ec2.send(new DisableImageCommand({ ImageId }));
    expect(await images(at, { Owners: ['self'] })).toEqual([]);
    expect(await images(at, { Owners: ['self'], IncludeDisabled: true })).toMatchObject([
      { State: 'disabled' },
    ]);
    expect(await errorOf(launch(at, { ImageId }))).toBe('InvalidAMIID.Unavailable');
    await at.ec2.send(new EnableImageCommand({ ImageId }));
    expect(await images(at, { Owners: ['self'] })).toMatchObject([{ State: 'available' }]);
  });
});
