/** ParallelCluster's official images: what AWS calls them, and which of several is the one. It does not know where they are looked up. */
import type { RegisteredImage } from './image.ts';
import { byCodeUnits } from './order.ts';
import type { BaseImage, ParallelClusterBase, ParallelClusterSystem } from './template.ts';

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

/** The system of what stands on a base, where its name tells. Amazon's and Canonical's parameters do. */
export function systemOf(base: BaseImage): ParallelClusterSystem | undefined {
  if ('parallelcluster' in base) return base.os;
  if (!('ssm' in base)) return undefined;
  return systemsOfParameters.find(([path]) => path.test(base.ssm))?.[1];
}

const systemsOfParameters: readonly (readonly [path: RegExp, system: ParallelClusterSystem])[] = [
  [/^\/aws\/service\/ami-amazon-linux-latest\/al2023-/, 'alinux2023'],
  [/^\/aws\/service\/ami-amazon-linux-latest\/amzn2-/, 'alinux2'],
  [/^\/aws\/service\/canonical\/ubuntu\/[a-z-]+\/(20\.04|focal)\//, 'ubuntu2004'],
  [/^\/aws\/service\/canonical\/ubuntu\/[a-z-]+\/(22\.04|jammy)\//, 'ubuntu2204'],
  [/^\/aws\/service\/canonical\/ubuntu\/[a-z-]+\/(24\.04|noble)\//, 'ubuntu2404'],
];
