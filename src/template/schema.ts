/** What a template file may hold, as a schema. It does not know where a value stands, nor what it leads to. */
import * as v from 'valibot';
import { strictMap } from '../core/strict-map.ts';
import {
  architecture,
  baseImage,
  bucketName,
  duration,
  instanceType,
  line,
  text,
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
  /^\/(bin|boot|dev|etc|lib|lib64|proc|root|run|sbin|sys|tmp|usr|opt\/lmod|opt\/spack[^/]*|var\/lib)\/|^\/(home|opt|var)\/$/;

const optionalList = <Item extends v.GenericSchema>(item: Item) => v.optional(v.nullable(v.array(item)));

/** An unknown key is an error where a misspelt one would change an image; `cluster` and `compute` never do. */
export const templateSchema = strictMap({
  extends: v.optional(line),
  depends_on: optionalList(line),
  cluster: v.optional(
    v.nullable(v.looseObject({ name: v.optional(v.string()), region: v.optional(v.string()) })),
  ),
  compute: v.optional(
    v.nullable(v.looseObject({ queues: v.optional(v.nullable(v.array(v.looseObject({})))) })),
  ),
  software: v.optional(v.nullable(strictMap({ spack_packages: optionalList(line) }))),
  users: optionalList(
    strictMap({
      name: v.pipe(
        text,
        v.regex(
          /^[a-z_][a-z0-9_-]{0,31}$/,
          'must be a Linux user name: small letters, digits, _ and -, at most 32',
        ),
      ),
      uid: id,
      gid: id,
    }),
  ),
  data: v.optional(
    v.nullable(
      strictMap({
        s3_mounts: optionalList(
          strictMap({
            bucket: bucketName,
            mount_point: v.pipe(
              text,
              v.regex(
                /^(\/[A-Za-z0-9._-]+)+$/,
                'must be an absolute path of plain letters, digits, dots and dashes',
              ),
              v.check((value) => !/\/\.{1,2}(\/|$)/.test(value), 'must not hold . or .. as a part'),
              v.check((value) => !system.test(`${value}/`), 'must not hide a folder of the system'),
            ),
            read_only: v.optional(v.boolean()),
          }),
        ),
      }),
    ),
  ),
  build: v.optional(
    v.nullable(
      strictMap({
        instance_type: v.optional(instanceType),
        spot: v.optional(v.boolean()),
        timeout: v.optional(duration),
        volume_size_gb: v.optional(volumeGb),
        arch: v.optional(architecture),
        scripts: optionalList(workspacePath),
        inputs: optionalList(workspacePath),
        base: v.optional(baseImage),
      }),
    ),
  ),
  tests: optionalList(line),
});

export type WrittenTemplate = v.InferOutput<typeof templateSchema>;
