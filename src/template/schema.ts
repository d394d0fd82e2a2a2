/** What a template file may hold, as a schema. It does not know where a value stands, nor what it leads to. */
import * as v from 'valibot';
import { isMap, looseMap, strictMap } from '../core/strict-map.ts';
import {
  architecture,
  baseImage,
  bucketName,
  duration,
  instanceTypes,
  line,
  parameterName,
  text,
  variableName,
  volumeGb,
  workspacePath,
} from '../core/value-schemas.ts';

const id = v.pipe(
  v.number(),
  v.integer('must be a whole number'),
  v.minValue(1000, 'must be 1000 or more: lower ids belong to the system'),
  v.maxValue(999_999_999, 'must be at most 999999999'),
);
/** What scripts/mount-data.sh refuses, said before anything is paid for. */
const system =
  /^(?!\/(bin|boot|dev|etc|lib|lib64|proc|root|run|sbin|sys|tmp|usr|opt\/lmod|opt\/spack[^/]*|var\/lib)(\/|$)|\/(home|opt|var)$)/;

/** They are there with ids of their own, so that scripts/create-users.sh would fail. */
const ofTheSystem = /^(?!(root|bin|daemon|games|lp|mail|nobody|sshd|sync)$)/;

const reserved = ['__proto__', 'constructor', 'prototype'];

const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description));
/** A single value, which may be missing; a key with nothing behind it is a mistake. */
const optionalValue = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.optional(described(schema, description));
const optional = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.optional(described(v.nullable(schema), description));
const optionalList = <Item extends v.GenericSchema>(item: Item, description: string) =>
  optional(v.array(item), description);

/** Each is looked for on the disk. */
const mostPaths = 1000;

const count = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(0, 'must be 0 or more'));

const user = strictMap({
  name: v.pipe(
    text,
    v.regex(
      /^[a-z_][a-z0-9_-]{0,31}$/,
      'must be a Linux user name: small letters, digits, _ and -, at most 32',
    ),
    v.regex(ofTheSystem, 'must not be a user whom every system has'),
    v.description('the Linux user name'),
  ),
  uid: described(id, 'the number of the user, the same on every machine'),
  gid: described(id, 'the number of the group, the same on every machine'),
});

const mount = strictMap({
  bucket: described(bucketName, 'the S3 bucket'),
  mount_point: v.pipe(
    text,
    v.regex(
      /^(\/[A-Za-z0-9._-]+)+$/,
      'must be an absolute path of plain letters, digits, dots, dashes and underscores, without / at its end',
    ),
    v.regex(/^(?!.*\/\.{1,2}(\/|$))/, 'must not hold . or .. as a part'),
    v.regex(system, 'must not hide a folder of the system'),
    v.description('where it is mounted: an absolute path, not of a folder of the system'),
  ),
  read_only: optionalValue(v.boolean(), 'whether it may only be read; false where it is missing'),
});

const queue = looseMap({
  name: optionalValue(text, 'the name of the queue'),
  instance_types: optionalList(text, 'EC2 instance types of the compute nodes'),
  min_count: optionalValue(count, 'compute nodes that are always there'),
  max_count: optionalValue(count, 'compute nodes that there may be'),
});

/** An unknown key is an error where a misspelt one would change an image, and a warning in `cluster` and `compute`, which never do. */
export const templateSchema = strictMap({
  extends: optionalValue(line, 'the template that this one stands on: a path relative to this file'),
  depends_on: optionalList(line, 'names of other templates whose images must exist first'),
  cluster: optional(
    looseMap({
      name: optionalValue(text, 'the name of the cluster'),
      region: optionalValue(text, 'the AWS Region of the cluster'),
    }),
    'the cluster; not baked into the image',
  ),
  compute: optional(
    looseMap({
      head_node: optionalValue(text, 'the EC2 instance type of the head node'),
      queues: optionalList(queue, 'Slurm queues'),
    }),
    'the machines of the cluster; not baked into the image',
  ),
  software: optional(
    strictMap({ spack_packages: optionalList(line, 'Spack specs, such as gromacs@2025.3 +mpi %gcc@14') }),
    'what is installed',
  ),
  users: optionalList(user, 'accounts that are made, with the same ids on every machine'),
  data: optional(
    strictMap({ s3_mounts: optionalList(mount, 'buckets that are mounted') }),
    'data that is at hand',
  ),
  build: optional(
    strictMap({
      instance_type: optionalValue(
        instanceTypes,
        'the machine that builds the image; of a list, the first that can be had',
      ),
      spot: optionalValue(v.boolean(), 'whether it may be a Spot instance'),
      timeout: optionalValue(duration, 'of the whole build, such as 90m or 3h'),
      volume_size_gb: optionalValue(volumeGb, 'GiB of the root volume'),
      arch: optionalValue(architecture, 'the architecture of the image'),
      scripts: optional(
        v.pipe(v.array(workspacePath), v.maxLength(mostPaths, `must be at most ${mostPaths} scripts`)),
        'scripts that run after the packages',
      ),
      inputs: optional(
        v.pipe(
          v.array(workspacePath),
          v.maxLength(
            mostPaths,
            `must be at most ${mostPaths} patterns, such as files/** for all in a folder`,
          ),
        ),
        'patterns of files that the digest covers',
      ),
      base: optionalValue(
        baseImage,
        'the image below: an AMI, an SSM parameter that names one, or an official AMI of ParallelCluster',
      ),
      secrets: optional(
        v.pipe(
          v.custom<Readonly<Record<string, unknown>>>(isMap),
          // The library leaves out these keys, and says nothing.
          v.custom<Readonly<Record<string, unknown>>>(
            (map) => !reserved.some((name) => Object.hasOwn(map as object, name)),
            `must not hold ${reserved.join(', ')}`,
          ),
          v.record(variableName, described(parameterName, 'the SSM parameter that holds it, by name')),
        ),
        'what scripts need and nobody may read: environment variables, and the SSM parameters that hold their values',
      ),
    }),
    'how the image is built',
  ),
  tests: optionalList(line, 'shell commands that must succeed on the instance before the image is made'),
});

export type WrittenTemplate = v.InferOutput<typeof templateSchema>;
