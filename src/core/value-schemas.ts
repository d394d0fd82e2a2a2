/** Schemas of the values that amifile.ts and templates have in common. It does not know where they stand. */
import { posix } from 'node:path';
import * as v from 'valibot';
import { strictMap } from './strict-map.ts';
import { architectures, parallelClusterSystems } from './template.ts';

export const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));

export const line = v.pipe(
  text,
  v.regex(/^[^\0\r\n]*$/, ({ input }) =>
    /^[^\0\r\n]*\n$/.test(input)
      ? 'must not end with a line break: |- in the place of | leaves it out'
      : 'must be one line',
  ),
);

/** It is resolved against the workspace. */
export const workspacePath = v.pipe(
  line,
  v.regex(/^(?!\/|(.*\/)?\.\.(\/|$))/, 'must be a path inside the workspace, relative to it and without ..'),
);

/** What {@link workspacePath} took, or a pattern of such paths: one file has one path, which is hashed. */
export const plainPath = (written: string): string => posix.normalize(written);

export const architecture = v.picklist(architectures, 'must be "x86_64" or "arm64"');

export const baseImage = v.union(
  [
    strictMap({
      ssm: v.pipe(
        text,
        v.startsWith('/', 'must begin with /'),
        v.description('an SSM parameter that holds the id of an AMI'),
      ),
    }),
    strictMap({
      ami: v.pipe(
        text,
        v.regex(/^ami-[0-9a-f]{8,17}$/, 'must be like ami-0123456789abcdef0'),
        v.description('the id of an AMI'),
      ),
    }),
    strictMap({
      parallelcluster: v.pipe(
        text,
        v.regex(/^\d+\.\d+\.\d+$/, 'must be a version like 3.14.0'),
        v.description('a version of ParallelCluster, whose official AMI it is'),
      ),
      os: v.pipe(
        v.picklist(parallelClusterSystems, `must be one of ${parallelClusterSystems.join(', ')}`),
        v.description('the operating system'),
      ),
      arch: v.optional(
        v.pipe(architecture, v.description('the architecture; that of the template where it is missing')),
      ),
    }),
  ],
  'must be { ssm: "/aws/service/..." }, { ami: "ami-..." } or { parallelcluster: "3.14.0", os: "alinux2023" }',
);

const instanceType = v.pipe(text, v.regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be like c6a.4xlarge'));

const mostAlternatives = 20;

/** One, or several in the order in which they are tried. */
export const instanceTypes = oneOrMore(
  instanceType,
  'must be like c6a.4xlarge, or a list such as [c6a.4xlarge, c5a.4xlarge]',
);

export function oneOrMore<Item extends v.GenericSchema<string, string>>(item: Item, message: string) {
  const many = v.pipe(v.array(item), v.minLength(1, message), v.maxLength(mostAlternatives, message));
  return v.union([item, many], message);
}

/** What {@link oneOrMore} took, each once. */
export const listOf = (written: string | readonly string[]): readonly string[] =>
  typeof written === 'string' ? [written] : [...new Set(written)];

export const bucketName = v.pipe(
  text,
  v.regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'must be the name of an S3 bucket: 3 to 63 small letters, digits, dots and dashes',
  ),
  v.regex(
    /^(?!xn--|sthree-|(\d+\.){3}\d+$|.*\.\.)/,
    'must be the name of an S3 bucket: not an IP address, without two dots side by side, and not beginning with xn-- or sthree-',
  ),
);

/** What a shell, the loader or a step's wrapper reads itself is not to be had. */
export const variableName = v.pipe(
  text,
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable, such as LICENSE_KEY'),
  v.regex(
    /^(?!(PATH|HOME|IFS|ENV|SHELL|SHELLOPTS|PS4|PPID|UID|EUID|__proto__|constructor|prototype)$|BASH|LD_|AMIGRAPH_|amigraph_)/,
    'must not be a variable that the shell or the system reads',
  ),
);

/** The leading slash tells it from a secret that was written here by mistake. */
export const parameterName = v.pipe(
  line,
  v.maxLength(1024, 'must have at most 1024 characters'),
  v.regex(
    /^\/[A-Za-z0-9_.+=@/-]+(:[A-Za-z0-9_.-]+)?$/,
    'must be the name of an SSM parameter that begins with /, such as /hpc/license-key',
  ),
);

export const wholeNumber = v.pipe(
  v.number(),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be 1 or more'),
);

/** What an EBS volume can be. */
export const volumeGb = v.pipe(wholeNumber, v.maxValue(16384, 'must be at most 16384'));

const durationPattern = /^([1-9]\d{0,5})(s|m|h)$/;

const durationForm = 'must be like "90m" or "3h"';

/** More than a week, in each of the units: by then a build hangs, and its instance costs. */
const overAWeek = [
  '(169|1[7-9]\\d|[2-9]\\d{2}|\\d{4,})h',
  '(1008[1-9]|1009\\d|10[1-9]\\d{2}|1[1-9]\\d{3}|[2-9]\\d{4}|\\d{6})m',
  '(60480[1-9]|6048[1-9]\\d|6049\\d{2}|60[5-9]\\d{3}|6[1-9]\\d{4}|[7-9]\\d{5})s',
];

export const duration = v.pipe(
  v.string(durationForm),
  v.regex(durationPattern, durationForm),
  v.regex(new RegExp(`^(?!(${overAWeek.join('|')})$)`), 'must be at most 168h, which is a week'),
);

/** Seconds of `90m`, `3h`, `45s`; the schema has seen to the form. */
export function seconds(written: string): number {
  const [, count, unit] = durationPattern.exec(written) ?? [];
  return Number(count) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1);
}
