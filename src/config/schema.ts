/** What amifile.ts may hold, as a schema. It does not know where in the file a value stands. */
import * as v from 'valibot';
import { strictMap } from '../core/strict-map.ts';
import { architectures } from '../core/template.ts';

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const whole = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be 1 or more'));

/** A path that stays inside the workspace: it is resolved against it and hashed by its relative form. */
const path = v.pipe(
  text,
  v.check(
    (value) => !value.startsWith('/') && !value.split('/').includes('..'),
    'must be a path inside the workspace, relative to it',
  ),
);

const base = v.union(
  [
    strictMap({ ssm: v.pipe(text, v.startsWith('/', 'must begin with /')) }),
    strictMap({
      ami: v.pipe(text, v.regex(/^ami-[0-9a-f]{8,17}$/, 'must be like ami-0123456789abcdef0')),
    }),
  ],
  'must be { ssm: "/aws/service/..." } or { ami: "ami-..." }',
);

export const durationPattern = /^([1-9]\d{0,5})(s|m|h)$/;

export const configSchema = strictMap({
  workspace: v.optional(
    v.pipe(
      text,
      v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be at most 64 letters, digits, dots, dashes and underscores'),
    ),
  ),
  templates: v.optional(path),
  maxDepth: v.optional(v.pipe(whole, v.maxValue(100, 'must be at most 100'))),
  provider: v.optional(v.picklist(['sandbox', 'aws'], 'must be "sandbox" or "aws"')),
  region: v.optional(v.pipe(text, v.regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'must be like us-west-2'))),
  bucket: v.optional(
    v.pipe(
      text,
      v.regex(
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        'must be the name of an S3 bucket: 3 to 63 small letters, digits, dots and dashes',
      ),
    ),
  ),
  prefix: v.optional(
    v.pipe(v.string(), v.regex(/^([A-Za-z0-9._-]+\/)*$/, 'must be empty or end with /, as in "amigraph/"')),
  ),
  base: v.optional(base),
  builder: v.optional(
    strictMap({
      instanceType: v.optional(v.pipe(text, v.regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be like c6a.4xlarge'))),
      architecture: v.optional(v.picklist(architectures, 'must be "x86_64" or "arm64"')),
      spot: v.optional(v.boolean()),
      timeout: v.optional(v.pipe(text, v.regex(durationPattern, 'must be like "90m" or "3h"'))),
      volumeSizeGb: v.optional(v.pipe(whole, v.maxValue(16384, 'must be at most 16384'))),
      subnet: v.optional(
        v.pipe(text, v.regex(/^subnet-[0-9a-f]+$/, 'must be like subnet-0123456789abcdef0')),
      ),
      securityGroups: v.optional(
        v.array(v.pipe(text, v.regex(/^sg-[0-9a-f]+$/, 'must be like sg-0123456789abcdef0'))),
      ),
      instanceProfile: v.optional(text),
    }),
  ),
  steps: v.optional(
    strictMap({
      bootstrap: v.optional(path),
      package: v.optional(path),
      users: v.optional(path),
      mounts: v.optional(path),
      tests: v.optional(path),
      cleanUp: v.optional(path),
    }),
  ),
  concurrency: v.optional(v.pipe(whole, v.maxValue(1000, 'must be at most 1000'))),
  sandbox: v.optional(
    strictMap({
      folder: v.optional(text),
      speed: v.optional(
        v.union(
          [v.pipe(v.number(), v.gtValue(0, 'must be a number above 0, or "instant"')), v.literal('instant')],
          'must be a number above 0, or "instant"',
        ),
      ),
      faults: v.optional(text),
    }),
  ),
});
