/** What is said of the bucket: whether it is there, safe, and heeds conditions. It does not ask it. */
import type { CloudFailure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import type { WriteTrial } from '../execute/write-trial.ts';
import { type Check, failedCheck, okCheck, unanswered, warningCheck } from './check.ts';
import { troubleText } from './wording.ts';

type Answer<Value> = Result<Value, CloudFailure>;

const template = 'docs/aws-setup.yaml makes such a bucket';

export const noBucketCheck = failedCheck(
  'bucket',
  'none is set',
  `set bucket in amifile.ts, or AMIGRAPH_BUCKET, to an S3 bucket of yours (${template})`,
);

export function bucketCheck(bucket: string, region: string, answer: Answer<string>): Check {
  const what = 'bucket';
  if (!answer.ok) {
    if (answer.error.awsCode === 'NoSuchBucket')
      return failedCheck(
        what,
        `there is no bucket ${bucket}`,
        `make it (${template}), or set bucket to one of yours`,
      );
    return unanswered(what, answer.error, 'failed');
  }
  const where = answer.value === '' ? '' : ` in ${answer.value}`;
  const apart = where === '' || answer.value === region ? '' : `, which serves ${region} too`;
  return okCheck(what, `${bucket}${where}${apart}`);
}

/** The second line only where the scratch object is left. */
export function writeTrialChecks(bucket: string, answer: Answer<WriteTrial>): Check[] {
  const what = 'conditional writes';
  if (!answer.ok) return [unanswered(what, answer.error, 'failed')];
  const { key, left } = answer.value;
  const check = writeTrialCheck(what, answer.value);
  if (left === undefined) return [check];
  const remains = warningCheck(
    'scratch object',
    `s3://${bucket}/${key} could not be removed: ${troubleText(left)}`,
    'allow the caller s3:DeleteObject below doctor/, and remove it; nothing reads it',
  );
  // Where nothing could be written, nothing is left.
  return answer.value.kind === 'failed' ? [check] : [check, remains];
}

function writeTrialCheck(what: string, trial: WriteTrial): Check {
  switch (trial.kind) {
    case 'failed':
      return unanswered(what, trial.failure, 'failed');
    case 'odd':
      return failedCheck(
        what,
        `${trial.condition} was answered with "${trial.answer}"`,
        'the lease cannot be trusted on this store: use a bucket of S3',
      );
    case 'ignored':
      return failedCheck(
        what,
        `the store ignores ${trial.conditions.join(' and ')}: two runs could hold one lease, and build one image twice`,
        'the lease cannot be trusted on this store: use a bucket of S3, or a store that honours conditional writes',
      );
    case 'honoured': {
      const deletes = trial.deletes
        ? 'so are conditional deletes'
        : 'conditional deletes are not, and need not be';
      return okCheck(what, `If-None-Match and If-Match are honoured; ${deletes}`);
    }
  }
}

export function versioningCheck(answer: Answer<boolean>): Check {
  const what = 'versioning';
  if (!answer.ok) return unanswered(what, answer.error, 'unknown');
  if (answer.value) return okCheck(what, 'on: a manifest that was overwritten can be had back');
  return warningCheck(
    what,
    'off: a manifest or lease that is overwritten or removed is lost',
    `switch it on (${template})`,
  );
}

export function plainHttpCheck(bucket: string, answer: Answer<string | undefined>): Check {
  const what = 'plain HTTP';
  if (!answer.ok) return unanswered(what, answer.error, 'unknown');
  if (answer.value !== undefined && refusesPlainHttp(answer.value, bucket))
    return okCheck(what, 'refused by the policy of the bucket');
  return warningCheck(
    what,
    'not refused: the bucket has no policy that denies all of it where aws:SecureTransport is false',
    `add such a statement (${template})`,
  );
}

/** Whether a statement denies everybody everything in the bucket where the transport is not secure, and asks for nothing else. */
export function refusesPlainHttp(policy: string, bucket: string): boolean {
  const { Statement = [] } = parsed(policy);
  const objects = new RegExp(`^arn:aws[a-z-]*:s3:::(\\*|${bucket.replaceAll('.', '\\.')}/\\*)$`);
  return listOf(Statement).some((statement) => {
    const { Effect, Principal, Action, Resource, Condition } = (statement ?? {}) as Record<string, unknown>;
    const everybody =
      Principal === '*' || listOf((Principal as { AWS?: unknown } | undefined)?.AWS).includes('*');
    return (
      Effect === 'Deny' &&
      everybody &&
      listOf(Action).some((one) => one === 's3:*' || one === '*') &&
      listOf(Resource).some((one) => one === '*' || objects.test(String(one))) &&
      isInsecureOnly(Condition)
    );
  });
}

function isInsecureOnly(condition: unknown): boolean {
  const [[operator, keys] = [], ...more] = Object.entries(condition ?? {});
  const [[key, value] = [], ...others] = Object.entries((keys ?? {}) as Record<string, unknown>);
  return (
    operator === 'Bool' &&
    more.length + others.length === 0 &&
    key?.toLowerCase() === 'aws:securetransport' &&
    String(value) === 'false'
  );
}

function parsed(policy: string): { readonly Statement?: unknown } {
  try {
    const value: unknown = JSON.parse(policy);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

export function publicAccessCheck(answer: Answer<boolean>): Check {
  const what = 'public access';
  if (!answer.ok) return unanswered(what, answer.error, 'unknown');
  if (answer.value) return okCheck(what, 'blocked');
  return warningCheck(
    what,
    'the bucket itself does not block all of it; the account may',
    `block it (${template})`,
  );
}

export function encryptionCheck(answer: Answer<string>): Check {
  const what = 'encryption';
  if (!answer.ok) return unanswered(what, answer.error, 'unknown');
  if (answer.value !== 'none') return okCheck(what, `${answer.value} by default`);
  return warningCheck(what, 'none by default', `set it (${template})`);
}
