/** What is printed for a ParallelCluster configuration after a build. */
import { expect, test } from 'vitest';
import { imageId, templateName } from '../../src/core/ids.ts';
import { clusterImages } from '../../src/report/cluster-images.ts';

const official = {
  template: templateName('md/gromacs'),
  image: imageId('ami-1'),
  base: { parallelcluster: '3.14.0', os: 'ubuntu2404', arch: 'x86_64' },
} as const;
const plain = {
  template: templateName('tools'),
  image: imageId('ami-2'),
  base: { ssm: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64' },
};
const unknown = { template: templateName('viz'), image: imageId('ami-3'), base: { ami: 'ami-9' } };

test('a line for each image; which of them ParallelCluster refuses is said below', () => {
  expect(clusterImages([official, plain, unknown])).toBe(`
For ParallelCluster:
  Image: { Os: ubuntu2404, CustomAmi: ami-1 } # md/gromacs
  Image: { Os: alinux2023, CustomAmi: ami-2 } # tools
  Image: { CustomAmi: ami-3 } # viz; add the Os of its base image
  # ParallelCluster takes only images that stand on an AMI of its own, base: { parallelcluster, os }; these do not: tools, viz
`);
});

test('nothing where nothing was built, and no more than the lines where all is well', () => {
  expect(clusterImages([])).toBe('');
  expect(clusterImages([official])).toBe(
    '\nFor ParallelCluster:\n  Image: { Os: ubuntu2404, CustomAmi: ami-1 } # md/gromacs\n',
  );
});
