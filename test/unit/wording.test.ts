/** What people read: times, dates, reasons and failures. */
import { expect, test } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { Trouble, Warning } from '../../src/core/event.ts';
import { buildId, imageId, instanceId, templateName } from '../../src/core/ids.ts';
import type { Reason } from '../../src/core/plan.ts';
import { duration } from '../../src/report/duration.ts';
import { warningDiagnostic, warningText } from '../../src/report/warnings.ts';
import { date, reasonText, troubleBrief, troubleText } from '../../src/report/wording.ts';
import { digestLike } from './rig.ts';

test.each([
  [0, '0.0 s'],
  [449, '0.4 s'],
  [9940, '9.9 s'],
  [10_000, '10 s'],
  [59_499, '59 s'],
  [59_600, '1 min'],
  [185_000, '3 min 5 s'],
  [3_599_600, '1 h'],
  [4_320_000, '1 h 12 min'],
  [360_000_000, '100 h'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  ['2026-11-23T04:12:59.999Z', '2026-11-23 04:12 UTC'],
  ['2026-11-23T04:12:00+02:00', '2026-11-23 02:12 UTC'],
  ['yesterday', 'yesterday'],
  ['', ''],
])('%s is %s', (iso, text) => {
  expect(date(iso)).toBe(text);
});

const image = imageId('ami-1');
const cmake: Change = {
  template: templateName('foundation'),
  part: 'package',
  kind: 'added',
  name: 'cmake',
  from: '',
  to: 'cmake@3.27.0',
  place: undefined,
};

test.each<[Reason, string]>([
  [
    { kind: 'hit', image, createdAt: '2026-11-23T04:12:00Z', buildId: 'b' },
    'ami-1 is available and has this digest (made 2026-11-23 04:12 UTC by build b)',
  ],
  [{ kind: 'no-image' }, 'no image has this digest'],
  [
    { kind: 'image-unusable', image, state: 'failed', why: 'no disk' },
    'ami-1 has this digest, but could not be made: no disk',
  ],
  [{ kind: 'image-unusable', image, state: 'error' }, 'ami-1 has this digest, but is in error'],
  [{ kind: 'image-unusable', image, state: 'invalid' }, 'ami-1 has this digest, but is invalid'],
  [{ kind: 'image-unusable', image, state: 'disabled' }, 'ami-1 has this digest, but is disabled'],
  [{ kind: 'image-unusable', image, state: 'deregistered' }, 'ami-1 has this digest, but is deregistered'],
  [
    { kind: 'image-unusable', image, state: 'unseen' },
    'ami-1 has this digest, but is in no state that is known here',
  ],
  [
    { kind: 'image-unlisted', image },
    'ami-1 has this digest, but the manifest does not have it, and cache.trust is "manifest"',
  ],
  [{ kind: 'rebuild', image }, 'asked for: instead of ami-1, which has this digest'],
  [
    { kind: 'other-parent', image, expected: 'a', found: 'b' },
    'ami-1 has this digest, but stands on b, not a',
  ],
  [{ kind: 'image-pending', image }, 'ami-1 has this digest and is being made'],
  [{ kind: 'same-digest', template: templateName('a') }, 'a has the same digest: one image serves both'],
  [
    { kind: 'image-gone', image, builtAt: '2026-11-23T04:12:00Z' },
    'ami-1, which had this digest, is gone or has lost its tags (made 2026-11-23 04:12 UTC)',
  ],
  [
    { kind: 'changed', image, createdAt: '2026-11-23T04:12:00Z', changes: [cmake] },
    'foundation changed: + cmake@3.27.0',
  ],
  [
    {
      kind: 'changed',
      image,
      createdAt: '2026-11-23T04:12:00Z',
      changes: [{ ...cmake, template: templateName('gromacs') }, cmake, cmake],
    },
    '+ cmake@3.27.0, and 2 more',
  ],
])('a reason: %o', (reason, text) => {
  expect(reasonText({ template: templateName('gromacs'), reason })).toBe(text);
});

const digest = digestLike('a');
const step = { code: 'step-failed', step: 'package gcc', exitCode: 3, tail: [], log: '/x/3.log' } as const;

test.each<[Trouble, string]>([
  [
    {
      code: 'cloud',
      awsCode: 'SlowDown',
      operation: 's3:GetObject',
      message: 'm',
      nature: 'throttled',
      tried: { times: 6, waitedMs: 12_000 },
    },
    's3:GetObject failed: SlowDown: m (tried 6 times, with 12 s of waiting in between)',
  ],
  [
    {
      code: 'cloud',
      awsCode: 'UnauthorizedOperation',
      operation: 'ec2:RunInstances',
      message: 'no',
      nature: 'refused',
    },
    'ec2:RunInstances failed: UnauthorizedOperation: no',
  ],
  [{ ...step, status: 'Failed' }, 'step package gcc failed: exit code 3; all that it printed: /x/3.log'],
  [
    { ...step, status: 'ExecutionTimedOut' },
    'step package gcc failed: ExecutionTimedOut; all that it printed: /x/3.log',
  ],
  [{ code: 'timed-out', what: 'image ami-1', afterMs: 61_000 }, 'waited 1 min 1 s in vain for image ami-1'],
  [
    { code: 'instance-ended', instance: instanceId('i-1'), state: 'terminated', why: 'Spot took it' },
    'instance i-1 is terminated: Spot took it',
  ],
  [
    { code: 'instance-ended', instance: instanceId('i-1'), state: 'stopped', why: '' },
    'instance i-1 is stopped',
  ],
  [{ code: 'image-ended', image, state: 'failed', why: 'disk' }, 'image ami-1 is failed: disk'],
  [
    { code: 'parent-gone', parent: digest },
    "the parent's image with digest ca978112ca1bbdca is gone since the plan was made; run again to build it",
  ],
  [
    { code: 'lease-unreadable', key: 'k' },
    'the object k in the bucket is no lease of ours; look at it, and remove it if nothing needs it',
  ],
  [
    { code: 'inputs-changed', files: ['a', 'b'] },
    'a, b changed while the image was being built; run again to build what is there now',
  ],
  [
    { code: 'lease-lost', digest, holder: 'ada@x' },
    'the lease was lost to ada@x; nothing was touched after that',
  ],
  [
    {
      code: 'lease-unsure',
      digest,
      cause: {
        code: 'cloud',
        awsCode: 'SlowDown',
        operation: 's3:PutObject',
        message: 'm',
        nature: 'unknown',
      },
    },
    'the lease could not be renewed in time (s3:PutObject failed: SlowDown: m); nothing was touched after that, and the next run goes on from here',
  ],
  [
    { code: 'lease-held', digest, holder: 'ada@x', since: '2026-11-23T04:12:00Z' },
    'ada@x has been building it since 2026-11-23 04:12 UTC',
  ],
  [{ code: 'interrupted' }, 'interrupted'],
  [{ code: 'ancestor-failed', template: templateName('a') }, 'a failed'],
  [{ code: 'bailed', template: templateName('a') }, 'ended, since a failed and --bail was given'],
  [{ code: 'not-started' }, 'not started: the run was ended before'],
])('a trouble: %o', (trouble, text) => {
  expect(troubleText(trouble)).toBe(text);
});

test.each<[Trouble, string]>([
  [{ ...step, status: 'Failed' }, 'step package gcc: exit code 3'],
  [{ ...step, status: 'ExecutionTimedOut' }, 'step package gcc: ExecutionTimedOut'],
  [
    {
      code: 'cloud',
      awsCode: 'UnauthorizedOperation',
      operation: 'ec2:RunInstances',
      message: 'no',
      nature: 'refused',
    },
    'ec2:RunInstances: UnauthorizedOperation',
  ],
  [{ code: 'ancestor-failed', template: templateName('a') }, 'a failed'],
])('a trouble in some words: %o', (trouble, text) => {
  expect(troubleBrief(trouble)).toBe(text);
});

const region = 'us-west-2';
const instance = instanceId('i-1');

test.each<[Warning, string, string]>([
  [
    { code: 'interrupted' },
    'interrupted: ending the instances of this run',
    'once more leaves them to the next run',
  ],
  [
    { code: 'instance-left', region, instance },
    'instance i-1 is left to the next run',
    'should there be none, end it: aws ec2 terminate-instances --region us-west-2 --instance-ids i-1',
  ],
  [
    { code: 'instance-not-ended', region, instance },
    'instance i-1 was not seen terminated',
    'end it: aws ec2 terminate-instances --region us-west-2 --instance-ids i-1',
  ],
  [
    { code: 'launch-unknown', region, buildId: buildId('b') },
    'an instance tagged BuildId=b may have been launched in us-west-2, and could not be looked for',
    'the next run looks for it and goes on with it; should there be none, look for it in the EC2 console',
  ],
  [
    { code: 'image-left', region, image },
    'image ami-1 is not what its tags say and could not be removed',
    'remove it: aws ec2 deregister-image --region us-west-2 --image-id ami-1 --delete-associated-snapshots',
  ],
  [
    { code: 'image-unusable', region, image, state: 'failed', why: 'no disk' },
    'ami-1 has a wanted digest, but could not be made: no disk',
    'it is not reused; remove it: aws ec2 deregister-image --region us-west-2 --image-id ami-1 --delete-associated-snapshots',
  ],
  [
    { code: 'image-unusable', region, image, state: 'disabled' },
    'ami-1 has a wanted digest, but is disabled',
    'to have it reused, enable it: aws ec2 enable-image --region us-west-2 --image-id ami-1',
  ],
  [
    { code: 'image-unusable', region, image, state: 'deregistered' },
    'ami-1 has a wanted digest, but is deregistered',
    'EC2 shows it for a while yet; nothing is to be done',
  ],
  [
    { code: 'image-other-parent', image, expected: 'foundation', found: 'base' },
    'ami-1 has a wanted digest, but its tags say that it stands on base, not on foundation',
    'it is not reused; deregister it if nothing needs it',
  ],
  [
    { code: 'image-not-ours', image },
    'ami-1 has the hash of a wanted digest, but not the tag ManagedBy=amigraph: it is not reused',
    'tag it if it is one of ours and its tags are true; else take the tag TemplateHash from it',
  ],
  [
    { code: 'images-unlisted', region, trusted: true, images: [image] },
    'reused by its tags alone, since the manifest does not have it: ami-1',
    'to enter what is missing: amigraph manifest repair --region us-west-2',
  ],
  [
    {
      code: 'images-unlisted',
      region,
      trusted: false,
      images: [1, 2, 3, 4, 5, 6, 7].map((n) => imageId(`ami-${n}`)),
    },
    'not reused, since the manifest does not have them and cache.trust is "manifest": ami-1, ami-2, ami-3, ami-4, ami-5 and 2 more',
    'if they are good, enter them: amigraph manifest repair --region us-west-2',
  ],
  [
    { code: 'not-needed', templates: [templateName('a'), templateName('b')] },
    'not built, since all that stands on them is there: a, b',
    'to build one all the same, name it: amigraph build a',
  ],
  [
    { code: 'children-kept', template: templateName('a'), children: [templateName('b')] },
    'a is built anew, and what stands on its image of before is kept: b',
    'to build that anew too: amigraph build --rebuild a+',
  ],
  [
    { code: 'image-tags', image },
    'the tags TemplateDigest and TemplateHash of ami-1 are missing or do not fit: it is not reused',
    'restore them, or deregister it if nothing needs it',
  ],
  [
    {
      code: 'manifest-unread',
      object: 's3://b/k',
      cause: {
        code: 'cloud',
        awsCode: 'NoSuchBucket',
        operation: 's3:GetObject',
        message: 'm',
        nature: 'refused',
      },
    },
    's3://b/k could not be read: s3:GetObject failed: NoSuchBucket: m',
    'how long builds took and who did them is not shown',
  ],
  [
    { code: 'manifest-broken', region, object: 's3://b/k', problem: 'it is not JSON' },
    'the manifest is not used: s3://b/k: it is not JSON',
    'the images are found by their tags; to set it aside and make it anew: amigraph manifest repair --region us-west-2',
  ],
  [
    {
      code: 'manifest-not-written',
      region,
      image,
      cause: {
        code: 'cloud',
        awsCode: 'SlowDown',
        operation: 's3:PutObject',
        message: 'm',
        nature: 'unknown',
      },
    },
    'ami-1 is there and tagged, but the manifest does not have it: s3:PutObject failed: SlowDown: m',
    'it is found by its tags; to enter it: amigraph manifest repair --region us-west-2',
  ],
])('a warning: %o', (warning, message, cure) => {
  expect(warningText(warning)).toBe(`${message}; ${cure}`);
  expect(warningDiagnostic(warning)).toEqual({ severity: 'warning', code: warning.code, message, cure });
});
