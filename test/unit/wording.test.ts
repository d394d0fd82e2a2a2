/** What people read: times, dates, reasons and failures. */
import { expect, test } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { Trouble } from '../../src/core/event.ts';
import { imageId, instanceId, templateName } from '../../src/core/ids.ts';
import type { Reason } from '../../src/core/plan.ts';
import { duration } from '../../src/report/duration.ts';
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
const elsewhere = {
  code: 'failed-elsewhere',
  holder: 'ada@x',
  buildId: 'b',
  step: 'package gcc',
  exitCode: 3,
} as const;
const place = { instanceType: 'c6a.large', spot: false, subnet: null };
const step = {
  code: 'step-failed',
  step: 'package gcc',
  exitCode: 3,
  tail: ['no room'],
  log: '/x/3.log',
  stored: 's3://b/logs/x',
  buildId: 'build-1',
  index: 3,
} as const;

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
    'ec2:RunInstances is not allowed: no',
  ],
  [
    { ...step, status: 'Failed' },
    'step package gcc failed: exit code 3; all that it printed: /x/3.log, or amigraph logs build-1 --step 3',
  ],
  [
    { ...step, status: 'TimedOut', tail: [] },
    'step package gcc failed: it did not end in time; nothing that it printed is known',
  ],
  [
    { ...step, status: 'DeliveryTimedOut', log: null, stored: null },
    "step package gcc failed: it was not begun: the instance's agent did not take it (DeliveryTimedOut)",
  ],
  [
    { ...step, status: 'ExecutionTimedOut' },
    'step package gcc failed: ExecutionTimedOut; all that it printed: /x/3.log, or amigraph logs build-1 --step 3',
  ],
  [{ code: 'timed-out', what: 'image ami-1', afterMs: 61_000 }, 'waited 1 min 1 s in vain for image ami-1'],
  [
    {
      code: 'instance-ended',
      instance: instanceId('i-1'),
      state: 'terminated',
      reason: '',
      why: 'Spot took it',
    },
    'instance i-1 is terminated: Spot took it',
  ],
  [
    { code: 'instance-ended', instance: instanceId('i-1'), state: 'stopped', reason: '', why: '' },
    'instance i-1 is stopped',
  ],
  [
    {
      code: 'no-capacity',
      refused: [
        { ...place, spot: true, awsCode: 'InsufficientInstanceCapacity', message: 'none left' },
        { ...place, subnet: 'subnet-1', awsCode: 'Unsupported', message: 'not here' },
      ],
      afterMs: 1_800_000,
    },
    'no room for an instance after 30 min: c6a.large (Spot) (InsufficientInstanceCapacity), c6a.large in subnet-1 (Unsupported): none left',
  ],
  [{ code: 'image-ended', image, state: 'failed', why: 'disk' }, 'image ami-1 is failed: disk'],
  [
    { code: 'parent-gone', parent: digest },
    "the parent's image with digest ca978112ca1bbdca is gone since the plan was made; run again to build it",
  ],
  [
    { code: 'lease-unreadable', key: 'k' },
    'the object k in the bucket is no lease that this amigraph can use; use a newer one if that wrote it, and remove the object only if nothing needs it',
  ],
  [
    { code: 'inputs-changed', files: ['a', 'b'] },
    'a, b changed while the image was being built; run again to build what is there now',
  ],
  [
    { code: 'lease-lost', digest, holder: null },
    'the lease was removed from the bucket, or overwritten with what is no lease; nothing was touched after that; run again',
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
    'the lease could not be kept (s3:PutObject failed: SlowDown: m); nothing was touched after that, and the next run goes on from here',
  ],
  [
    { code: 'lease-held', digest, holder: 'ada@x', since: '2026-11-23T04:12:00Z' },
    'ada@x has been building it since 2026-11-23 04:12 UTC',
  ],
  [
    { ...elsewhere, status: 'Failed' },
    'ada@x, who was waited for, failed at step package gcc: exit code 3; amigraph logs b shows it all; run again to try it once more',
  ],
  [
    { ...elsewhere, status: 'TimedOut' },
    'ada@x, who was waited for, failed at step package gcc: it did not end in time; amigraph logs b shows it all; run again to try it once more',
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
