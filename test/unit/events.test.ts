/** Events as lines for people and as objects for programs. */
import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/core/event.ts';
import { buildId, imageId, instanceId, templateName } from '../../src/core/ids.ts';
import { eventLines } from '../../src/report/plain.ts';
import { styleFor } from '../../src/report/style.ts';
import { eventView } from '../../src/report/views.ts';
import { actionOf, digestLike, plainStyle, reuseOf } from './rig.ts';

const template = templateName('gromacs');
const digest = digestLike('gromacs');
const image = imageId('ami-1');
const hit = { kind: 'hit', image, createdAt: '2026-11-23T04:12:00Z', buildId: 'b' } as const;
const position = { template, step: 'package gcc', index: 3, count: 9 };
const finished = { type: 'image-finished', template, digest, durationMs: 61_000 } as const;
const none = { built: [], reused: [], failed: [], skipped: [] };
const stepFailed = {
  code: 'step-failed',
  step: 'package gcc',
  exitCode: 1,
  status: 'Failed',
  tail: ['one', 'two'],
  log: '/x/3.log',
  stored: 's3://b/logs/x',
  buildId: 'build-1',
  index: 3,
} as const;
const cloud = { type: 'run-started', workspace: 'hpc', region: 'us-west-2' } as const;

const rows: readonly (readonly [Event, readonly string[]])[] = [
  [{ ...cloud, provider: 'aws' }, ['hpc: AWS, us-west-2']],
  [
    { ...cloud, provider: 'aws', endpoint: 'http://127.0.0.1:4566' },
    ['hpc: AWS at http://127.0.0.1:4566, us-west-2'],
  ],
  [
    { ...cloud, provider: 'sandbox', confined: true },
    ['hpc: sandbox, us-west-2; steps run confined by bubblewrap'],
  ],
  [
    { ...cloud, provider: 'sandbox', confined: false },
    ['hpc: sandbox, us-west-2; steps are simulated: bubblewrap is not installed'],
  ],
  [
    {
      type: 'plan',
      actions: [
        reuseOf('foundation', { reason: hit, image }),
        actionOf('gromacs', { expectedMs: 60_000 }),
        actionOf('namd', { expectedMs: 120_000 }),
        actionOf('twin', { action: 'wait', reason: { kind: 'same-digest', template: templateName('namd') } }),
      ],
    },
    [
      'foundation: reuse: ami-1 is available and has this digest (made 2026-11-23 04:12 UTC by build b)',
      'gromacs: build: no image has this digest',
      'namd: build: no image has this digest',
      'twin: wait: namd has the same digest: one image serves both',
      '2 to build (about 3 min of build time), 1 to reuse, 1 to wait for',
    ],
  ],
  [
    { type: 'plan', actions: [actionOf('a')] },
    ['a: build: no image has this digest', '1 to build, 0 to reuse'],
  ],
  [
    { type: 'image-started', template, digest, buildId: buildId('b-1'), steps: 9, expectedMs: 61_000 },
    ['gromacs: started, 9 steps, about 1 min 1 s (build b-1)'],
  ],
  [
    { type: 'image-started', template, digest, buildId: buildId('b-1'), steps: 9, expectedMs: null },
    ['gromacs: started, 9 steps (build b-1)'],
  ],
  [{ type: 'step-started', ...position }, ['gromacs: step 3 of 9: package gcc']],
  [{ type: 'step-finished', ...position, result: 'done', durationMs: 1 }, []],
  [
    { type: 'step-finished', ...position, result: 'failed', durationMs: 1 },
    ['gromacs: step 3 of 9 failed: package gcc'],
  ],
  [{ ...finished, result: 'built', image }, [`gromacs: built ami-1 (${digest.slice(0, 16)}) in 1 min 1 s`]],
  [{ ...finished, result: 'reused', image }, ['gromacs: reused ami-1']],
  [
    {
      ...finished,
      result: 'skipped',
      image: null,
      trouble: { code: 'ancestor-failed', template: templateName('x') },
    },
    ['gromacs: skipped: x failed'],
  ],
  [
    { ...finished, result: 'failed', image: null, trouble: stepFailed },
    [
      'gromacs: failed: step package gcc failed: exit code 1; all that it printed: /x/3.log, or amigraph logs build-1 --step 3',
      '  | one',
      '  | two',
    ],
  ],
  [
    { ...finished, result: 'failed', image: null, trouble: { code: 'interrupted' } },
    ['gromacs: failed: interrupted'],
  ],
  [{ ...finished, result: 'failed', image: null }, ['gromacs: failed']],
  [
    {
      type: 'lease-waiting',
      template,
      digest,
      holder: 'ada@x',
      since: '2026-11-23T04:12:00Z',
      step: 'package gcc',
    },
    [
      'gromacs: waits for ada@x, who has been building it since 2026-11-23 04:12 UTC, and is at step package gcc',
    ],
  ],
  [
    { type: 'lease-waiting', template, digest, holder: 'ada@x', since: '2026-11-23T04:12:00Z', step: null },
    ['gromacs: waits for ada@x, who has been building it since 2026-11-23 04:12 UTC'],
  ],
  [
    { type: 'lease-taken', template, digest, token: 2, from: 'ada@x', purpose: 'build' },
    ['gromacs: ada@x has not been heard of; going on with that build'],
  ],
  [
    { type: 'lease-taken', template, digest, token: 2, from: 'ada@x', purpose: 'clean-up' },
    ['gromacs: ada@x has not been heard of; ending what it left'],
  ],
  [{ type: 'lease-taken', template, digest, token: 1, from: null, purpose: 'build' }, []],
  [
    { type: 'retry', operation: 'ec2:RunInstances', attempt: 2, awsCode: 'RequestLimitExceeded' },
    ['ec2:RunInstances: RequestLimitExceeded, attempt 2; trying again'],
  ],
  [
    { type: 'warning', code: 'instance-not-ended', region: 'r', instance: instanceId('i-1'), cause: null },
    [
      'warning: instance i-1 was not seen terminated; end it: aws ec2 terminate-instances --region r --instance-ids i-1',
    ],
  ],
  [
    { type: 'run-finished', ...none, reused: [template], durationMs: 400 },
    ['done in 0.4 s: 0 built, 1 reused'],
  ],
  [
    {
      type: 'run-finished',
      built: [template],
      reused: [],
      failed: [template],
      skipped: [template, template],
      durationMs: 12_000,
    },
    ['done in 12 s: 1 built, 0 reused, 1 failed, 2 skipped'],
  ],
];

test.each(rows)('%o', (event, lines) => {
  expect(eventLines(event, plainStyle)).toEqual(lines);
});

test('nothing that comes from outside steers the terminal', () => {
  const evil = '\u001B[2J\u0007\u009B1m\u202E';
  const spoilt = <Value>(value: Value): Value => {
    if (typeof value === 'string')
      return (/^(?:[a-z]+-)*[a-z]+$/.test(value) ? value : `${value}${evil}`) as Value;
    if (Array.isArray(value)) return value.map(spoilt) as Value;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spoilt(one)])) as Value;
  };
  const named = { template: templateName(`x${evil}`), digest };
  const events: Event[] = [
    ...rows.map(([event]) => spoilt(event)),
    { type: 'lease-waiting', ...named, holder: evil, since: evil, step: evil },
    {
      type: 'image-finished',
      ...named,
      result: 'failed',
      image: null,
      durationMs: 1,
      trouble: { ...stepFailed, tail: [evil] },
    },
  ];
  const control = /[\p{Cc}\p{Bidi_Control}]/u;
  for (const event of events) {
    for (const line of eventLines(event, plainStyle)) expect(line).not.toMatch(control);
  }
});

test('a failed image stands out on a terminal, its last lines step back', () => {
  const style = styleFor({ isTTY: true }, {});
  const lines = eventLines({ ...finished, result: 'failed', image: null, trouble: stepFailed }, style);
  expect(lines.map((line) => line.slice(0, 5))).toEqual(['\u001B[31m', '\u001B[2m ', '\u001B[2m ']);
});

describe('for programs', () => {
  const time = '2026-11-23T00:00:00.000Z';
  const view = (event: Event): unknown => JSON.parse(JSON.stringify(eventView(event, time)));

  test('an event is its type, its time and what it holds', () => {
    expect(view({ type: 'step-started', ...position })).toEqual({ type: 'step-started', time, ...position });
    expect(view({ ...finished, result: 'built', image })).toEqual({
      type: 'image-finished',
      time,
      template: 'gromacs',
      digest,
      result: 'built',
      image: 'ami-1',
      durationMs: 61_000,
    });
    expect(view({ type: 'run-finished', ...none, built: [template], durationMs: 1 })).toEqual({
      type: 'run-finished',
      time,
      built: ['gromacs'],
      reused: [],
      failed: [],
      skipped: [],
      durationMs: 1,
    });
  });

  test('type and time come first', () => {
    for (const [event] of rows)
      expect(Object.keys(view(event) as object).slice(0, 2)).toEqual(['type', 'time']);
  });

  test('a plan has an action as in a dry run for each template, and no more', () => {
    const event: Event = {
      type: 'plan',
      actions: [actionOf('gromacs'), reuseOf('a', { reason: hit, image })],
    };
    expect(view(event)).toEqual({
      type: 'plan',
      time,
      actions: [
        { template: 'gromacs', digest, action: 'build', reason: { kind: 'no-image' }, image: null },
        { template: 'a', digest: digestLike('a'), action: 'reuse', reason: hit, image: 'ami-1' },
      ],
    });
  });
});
