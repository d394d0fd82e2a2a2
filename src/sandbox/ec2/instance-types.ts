/** Instance types by the rules of their names: architecture, threads, memory. It does not know prices or Regions. */
import type { Call } from '../call.ts';
import { Refusal } from '../call.ts';
import type { Architecture } from '../records.ts';
import type { Xml } from '../xml.ts';
import type { Query } from './query.ts';

const families =
  'c5 c6a c6i c6g c7a c7i c7g c8g m5 m6a m6i m6g m7a m7i m7g m8g r6a r6i r6g r7a r7i r7g t3 t4g g5 g6 p4d p5 hpc6a hpc7a hpc7g'.split(
    ' ',
  );
const threadsBySize: Readonly<Record<string, number>> = {
  micro: 2,
  small: 2,
  medium: 1,
  large: 2,
  xlarge: 4,
};
const memoryPerThread: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8, t: 4, g: 4, p: 12, hpc: 4 };

/** A `g` right after the generation stands for Graviton: c7g, m6gd, hpc7g; g5 and g4dn do not have it there. */
export const architectureOf = (type: string): Architecture =>
  /^(?:a1|[a-z]+\d+g[a-z]*)\./u.test(type) ? 'arm64' : 'x86_64';

export const isInstanceType = (type: string): boolean => /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/u.test(type);

function threadsOf(size: string): number | undefined {
  const multiple = /^(\d+)xlarge$/u.exec(size)?.[1];
  return multiple === undefined ? threadsBySize[size] : Number(multiple) * 4;
}

export function describeInstanceTypes(query: Query, _call: Call): Record<string, Xml> {
  const asked = query.list('InstanceType');
  const names = asked.length > 0 ? asked : families.map((family) => `${family}.4xlarge`);
  const unknown = names.filter((name) => {
    const [family = '', size = ''] = name.split('.');
    return !families.includes(family) || threadsOf(size) === undefined;
  });
  if (unknown.length > 0) {
    throw new Refusal(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  }
  return { instanceTypeSet: { item: names.map(describe) } };
}

function describe(name: string): Xml {
  const [family = '', size = ''] = name.split('.');
  const threads = threadsOf(size) ?? 1;
  const architecture = architectureOf(name);
  const threadsPerCore = architecture === 'arm64' || /^(?:c7a|m7a|r7a|hpc)/u.test(family) ? 1 : 2;
  return {
    instanceType: name,
    currentGeneration: true,
    supportedUsageClasses: { item: ['on-demand', 'spot'] },
    supportedRootDeviceTypes: { item: ['ebs'] },
    supportedVirtualizationTypes: { item: ['hvm'] },
    bareMetal: false,
    hypervisor: 'nitro',
    processorInfo: { supportedArchitectures: { item: [architecture] } },
    vCpuInfo: {
      defaultVCpus: threads,
      defaultCores: Math.max(1, threads / threadsPerCore),
      defaultThreadsPerCore: threadsPerCore,
    },
    memoryInfo: { sizeInMiB: threads * 1024 * (memoryPerThread[/^[a-z]+/u.exec(family)?.[0] ?? ''] ?? 4) },
    supportedBootModes: { item: ['legacy-bios', 'uefi'] },
  };
}
