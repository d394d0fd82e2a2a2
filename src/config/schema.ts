/** What amifile.ts may hold, as a schema. It does not know where in the file a value stands. */
import * as v from 'valibot';
import { strictMap } from '../core/strict-map.ts';
import {
  architecture,
  baseImage,
  bucketName,
  duration,
  instanceTypes,
  line,
  oneOrMore,
  text,
  volumeGb,
  wholeNumber,
  workspacePath,
} from '../core/value-schemas.ts';

/** Slower, the longest waits would be more than a timer takes. */
const leastSpeed = 0.1;
const speedRange = `must be a number from ${leastSpeed} on, or "instant"`;

const stepScript = v.union(
  [workspacePath, strictMap({ script: workspacePath, inputs: v.optional(v.array(workspacePath)) })],
  'must be the path of a script inside the workspace, or { script: "scripts/...", inputs: ["files/**"] }',
);

export const configSchema = strictMap({
  workspace: v.optional(
    v.pipe(
      text,
      v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be at most 64 letters, digits, dots, dashes and underscores'),
    ),
  ),
  templates: v.optional(workspacePath),
  maxDepth: v.optional(v.pipe(wholeNumber, v.maxValue(100, 'must be at most 100'))),
  provider: v.optional(v.picklist(['sandbox', 'aws'], 'must be "sandbox" or "aws"')),
  region: v.optional(v.pipe(text, v.regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'must be like us-west-2'))),
  profile: v.optional(line),
  bucket: v.optional(bucketName),
  prefix: v.optional(
    v.pipe(v.string(), v.regex(/^([A-Za-z0-9._-]+\/)*$/, 'must be empty or end with /, as in "amigraph/"')),
  ),
  base: v.optional(baseImage),
  builder: v.optional(
    strictMap({
      instanceType: v.optional(instanceTypes),
      architecture: v.optional(architecture),
      spot: v.optional(v.boolean()),
      timeout: v.optional(duration),
      volumeSizeGb: v.optional(volumeGb),
      subnet: v.optional(
        oneOrMore(
          v.pipe(text, v.regex(/^subnet-[0-9a-f]+$/, 'must be like subnet-0123456789abcdef0')),
          'must be like subnet-0123456789abcdef0, or a list of such',
        ),
      ),
      securityGroups: v.optional(
        v.array(v.pipe(text, v.regex(/^sg-[0-9a-f]+$/, 'must be like sg-0123456789abcdef0'))),
      ),
      instanceProfile: v.optional(text),
      kmsKey: v.optional(
        v.pipe(
          text,
          v.regex(
            /^(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[A-Za-z0-9/_-]+|alias\/[A-Za-z0-9/_-]+|[0-9a-f-]{36}|mrk-[0-9a-f]{32})$/,
            'must be a KMS key: its id, its ARN or alias/NAME',
          ),
        ),
      ),
    }),
  ),
  steps: v.optional(
    strictMap({
      bootstrap: v.optional(stepScript),
      package: v.optional(stepScript),
      users: v.optional(stepScript),
      mounts: v.optional(stepScript),
      tests: v.optional(stepScript),
      cleanUp: v.optional(stepScript),
    }),
  ),
  concurrency: v.optional(v.pipe(wholeNumber, v.maxValue(1000, 'must be at most 1000'))),
  cache: v.optional(
    strictMap({ trust: v.optional(v.picklist(['tags', 'manifest'], 'must be "tags" or "manifest"')) }),
  ),
  affected: v.optional(strictMap({ base: v.optional(line) })),
  sandbox: v.optional(
    strictMap({
      folder: v.optional(text),
      speed: v.optional(
        v.union([v.pipe(v.number(), v.minValue(leastSpeed, speedRange)), v.literal('instant')], speedRange),
      ),
      faults: v.optional(text),
    }),
  ),
});
