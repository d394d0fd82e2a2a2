/** ParallelCluster's official images: what AWS calls them, and which of several is the one. It does not know where they are looked up. */
import type { RegisteredImage } from './image.ts';
import { byCodeUnits } from './order.ts';
import type { ParallelClusterBase, ParallelClusterSystem } from './template.ts';

/** As in ParallelCluster's own sources (OS_TO_IMAGE_NAME_PART_MAP). */
const nameParts: Readonly<Record<ParallelClusterSystem, string>> = {
  alinux2: 'amzn2-hvm',
  alinux2023: 'amzn2023-hvm',
  ubuntu2004: 'ubuntu-2004-lts-hvm',
  ubuntu2204: 'ubuntu-2204-lts-hvm',
  ubuntu2404: 'ubuntu-2404-lts-hvm',
  rhel8: 'rhel8-hvm',
  rhel9: 'rhel9-hvm',
  rocky8: 'rocky8-hvm',
  rocky9: 'rocky9-hvm',
};

/** A pattern of the names of the images of one version, or of all. */
export const officialNames = ({ os, arch, parallelcluster }: ParallelClusterBase | AnyVersion): string =>
  `aws-parallelcluster-${parallelcluster}-${nameParts[os]}-${arch}*`;

type AnyVersion = Omit<ParallelClusterBase, 'parallelcluster'> & { readonly parallelcluster: '*' };

/** What ParallelCluster itself takes: one that is not deprecated if there is one, and of those the newest. */
export function officialImage(images: readonly RegisteredImage[], now: number): RegisteredImage | undefined {
  const usable = images.filter(({ state }) => state === 'available');
  const current = usable.filter(
    ({ deprecatedAt }) => deprecatedAt === undefined || Date.parse(deprecatedAt) > now,
  );
  const candidates = current.length > 0 ? current : usable;
  return candidates.toSorted((a, b) => byCodeUnits(b.createdAt, a.createdAt))[0];
}

/** The versions that images of these names are of, newest first. */
export function officialVersions(images: readonly Pick<RegisteredImage, 'name'>[]): string[] {
  const found = images.flatMap(({ name }) => /^aws-parallelcluster-(\d+\.\d+\.\d+)-/.exec(name)?.[1] ?? []);
  return [...new Set(found)].toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}
