/** The images that AWS publishes, in every Region, with ids that stay the same. It does not know who launches them. */
import { stableId } from '../ids.ts';
import type { Architecture, ImageRecord } from '../records.ts';

const amazonAccount = '137112412989';
const parallelCluster = '247102896272';

const architectures: readonly Architecture[] = ['x86_64', 'arm64'];
const publishedAt = Date.UTC(2025, 8, 15, 17, 4, 26);

/** Asked for with every look at images, and always the same. */
const byRegion = new Map<string, readonly ImageRecord[]>();

export function publicImages(region: string): readonly ImageRecord[] {
  const known = byRegion.get(region) ?? imagesOf(region);
  byRegion.set(region, known);
  return known;
}

function imagesOf(region: string): ImageRecord[] {
  return architectures.flatMap((architecture) => [
    publicImage(region, {
      name: `al2023-ami-2023.8.20250915.0-kernel-6.1-${architecture}`,
      description: `Amazon Linux 2023 AMI 2023.8.20250915.0 ${architecture} HVM kernel-6.1`,
      owner: amazonAccount,
      volumeSizeGb: 8,
      architecture,
    }),
    publicImage(region, {
      name: `aws-parallelcluster-3.14.0-amzn2023-hvm-${architecture}-202509151200 2025-09-15T12-00-00.000Z`,
      description: 'AWS ParallelCluster AMI for alinux2023, kernel-6.1',
      owner: parallelCluster,
      volumeSizeGb: 45,
      architecture,
    }),
    publicImage(region, {
      name: `aws-parallelcluster-3.14.0-ubuntu-2404-lts-hvm-${architecture}-202509151200 2025-09-15T12-00-00.000Z`,
      description: 'AWS ParallelCluster AMI for ubuntu2404',
      owner: parallelCluster,
      volumeSizeGb: 45,
      architecture,
      rootDevice: '/dev/sda1',
    }),
    publicImage(region, {
      name: `aws-parallelcluster-3.11.1-amzn2023-hvm-${architecture}-202410151200 2024-10-15T12-00-00.000Z`,
      description: 'AWS ParallelCluster AMI for alinux2023, kernel-6.1',
      owner: parallelCluster,
      volumeSizeGb: 45,
      architecture,
      deprecatedAt: Date.UTC(2025, 9, 15, 12),
    }),
  ]);
}

function publicImage(
  region: string,
  image: Pick<
    ImageRecord,
    'name' | 'description' | 'owner' | 'volumeSizeGb' | 'architecture' | 'deprecatedAt' | 'rootDevice'
  >,
): ImageRecord {
  return {
    ...image,
    id: stableId('ami', `${region} ${image.name}`),
    ownerAlias: 'amazon',
    public: true,
    createdAt: publishedAt,
    visibleAt: publishedAt,
    settledAt: publishedAt,
    outcome: 'available',
    disabled: false,
    snapshot: stableId('snap', `${region} ${image.name}`),
    volumeType: 'gp3',
    encrypted: false,
    tags: {},
  };
}

/** The value of one of the public parameters that name the newest image. */
export function publicParameter(
  region: string,
  name: string,
): { value: string; modifiedAt: number } | undefined {
  const architecture =
    /^\/aws\/service\/ami-amazon-linux-latest\/al2023-ami-kernel-(?:default|6\.1)-(?<of>x86_64|arm64)$/u.exec(
      name,
    )?.groups?.['of'];
  const image = publicImages(region).find(
    (one) => one.owner === amazonAccount && one.architecture === architecture,
  );
  return image && { value: image.id, modifiedAt: image.createdAt };
}
