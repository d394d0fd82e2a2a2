/** ParallelCluster's official images: their names, and which of several is taken. */
import { describe, expect, test } from 'vitest';
import { imageId } from '../../src/core/ids.ts';
import type { RegisteredImage } from '../../src/core/image.ts';
import { officialImage, officialNames, officialVersions, systemOf } from '../../src/core/parallelcluster.ts';

const image = (digit: number, more: Partial<RegisteredImage> = {}): RegisteredImage => ({
  id: imageId(`ami-0000000${digit}`),
  name: 'x',
  state: 'available',
  architecture: 'x86_64',
  createdAt: `2026-01-0${digit}T00:00:00.000Z`,
  tags: {},
  snapshots: [],
  stateReason: undefined,
  ...more,
});

const now = Date.UTC(2026, 5, 1);
const past = '2026-05-31T00:00:00.000Z';
const future = '2026-06-02T00:00:00.000Z';
const taken = (...images: readonly RegisteredImage[]): string | undefined => officialImage(images, now)?.id;

test.each([
  ['alinux2', 'aws-parallelcluster-3.14.0-amzn2-hvm-x86_64*'],
  ['alinux2023', 'aws-parallelcluster-3.14.0-amzn2023-hvm-x86_64*'],
  ['ubuntu2404', 'aws-parallelcluster-3.14.0-ubuntu-2404-lts-hvm-x86_64*'],
  ['rhel9', 'aws-parallelcluster-3.14.0-rhel9-hvm-x86_64*'],
] as const)('the images for %s are called %s', (os, names) => {
  expect(officialNames({ parallelcluster: '3.14.0', os, arch: 'x86_64' })).toBe(names);
});

describe('of several images', () => {
  test('the newest is taken', () => {
    expect(taken(image(1), image(3), image(2))).toBe('ami-00000003');
    expect(taken()).toBeUndefined();
  });

  test('AWS 20: one that is deprecated only where there is no other', () => {
    expect(taken(image(1), image(3, { deprecatedAt: past }))).toBe('ami-00000001');
    expect(taken(image(1), image(3, { deprecatedAt: future }))).toBe('ami-00000003');
    expect(taken(image(1, { deprecatedAt: past }), image(3, { deprecatedAt: past }))).toBe('ami-00000003');
  });

  test('never one that is not available', () => {
    expect(taken(image(1), image(3, { state: 'pending' }))).toBe('ami-00000001');
    expect(taken(image(3, { state: 'failed' }))).toBeUndefined();
  });
});

test('the versions that there are come newest first, each once', () => {
  const names = ['3.9.1', '3.14.0', '3.9.1', '3.11.0'].map((one) => ({
    name: `aws-parallelcluster-${one}-rhel9-hvm-x86_64-202401010000`,
  }));
  expect(officialVersions([...names, { name: 'other' }])).toEqual(['3.14.0', '3.11.0', '3.9.1']);
});

test.each([
  [{ parallelcluster: '3.14.0', os: 'rhel9', arch: 'arm64' }, 'rhel9'],
  [{ ssm: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64' }, 'alinux2023'],
  [{ ssm: '/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2' }, 'alinux2'],
  [
    { ssm: '/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id' },
    'ubuntu2204',
  ],
  [
    { ssm: '/aws/service/canonical/ubuntu/server/noble/stable/current/arm64/hvm/ebs-gp3/ami-id' },
    'ubuntu2404',
  ],
  [{ ssm: '/hpc/golden' }, undefined],
  [{ ami: 'ami-0123456789abcdef0' }, undefined],
] as const)('what stands on %j runs %s', (base, system) => {
  expect(systemOf(base)).toBe(system);
});
