// Two shapes of a template of about 40 lines, number `at` of a collection, below `parent` (a path, or undefined). They do not know the workspace.

/**
 * As in the clusters that the public collections of this format begin with: comments, a queue, five packages. Of 1,047
 * packages in one such collection, 256 are different, and one in eight has variants.
 */
export const usual = (at, parent) => `# Template ${at} of a collection
# A cluster with common software, a user and a data bucket
${parent === undefined ? '' : `extends: ${parent}\n`}
cluster:
  name: t${at}
  region: us-east-1

compute:
  head_node: t3.large

  queues:
    # General purpose
    - name: compute
      instance_types:
        - c5.2xlarge
        - c5.4xlarge
      min_count: 0
      max_count: 20

software:
  spack_packages:
    # What all use
${usualPackages(at, 0, 2)}

    # What this one adds
${usualPackages(at, 2, 5)}

users:
  - name: user${at}
    uid: ${10_000 + at}
    gid: 5100

data:
  s3_mounts:
    - bucket: data-${at}
      mount_point: /shared/data${at}

tests:
  - program-${at} --version
`;

/** Strides that share no factor with the number of packages, so that no template has one twice. */
function usualPackages(at, from, to) {
  const lines = Array.from({ length: to - from }, (_, k) => {
    const number = (at * 79 + (from + k) * 25) % 256;
    const variants = number % 8 === 0 ? '+cuda+mpi' : '';
    return `    - package-${number}@${1 + (number % 9)}.${number % 12}.0${variants}`;
  });
  return lines.join('\n');
}

/** Eight packages, each with variants, a compiler and a dependency, and none of them in another template. */
export const dense = (at, parent) => `# Template ${at} of a collection.
${parent === undefined ? '' : `extends: ${parent}\n`}cluster:
  name: t${at}
  region: us-east-1
compute:
  head_node: c6a.4xlarge
  queues:
    - name: cpu
      instance_types: [c6a.48xlarge, c6i.32xlarge]
      min_count: 0
      max_count: 16
    - name: efa
      instance_types: [hpc7a.96xlarge]
      min_count: 0
      max_count: 8
software:
  spack_packages:
${Array.from(
  { length: 8 },
  (_, k) => `    - package-${at}-${k}@1.${k}.0 +mpi ~cuda %gcc@14.3.0 ^openmpi@5.0.8`,
).join('\n')}
users:
  - { name: user${at}, uid: ${10_000 + at}, gid: 5100 }
data:
  s3_mounts:
    - { bucket: data-${at}, mount_point: /shared/data${at} }
build:
  instance_type: c6a.8xlarge
  timeout: 3h
tests:
  - program-${at} --version
`;
