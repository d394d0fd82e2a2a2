/** Several runs at once with faults, pauses, deaths and wrong clocks: schedules by chance, which can be written down. It does not know what comes of them. */
import * as fc from 'fast-check';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { type Moment, moments } from './killable.ts';

export interface Runner {
  /** When it is started, as a part of the time that a build takes. */
  readonly after: number;
  /** Its end, by SIGKILL, at a call to AWS; null: it is not killed. */
  readonly dies: { readonly call: number; readonly moment: Moment } | null;
  /** All of it stands still for a while, from a call on. */
  readonly hangs: { readonly call: number; readonly ms: number } | null;
  /** Ctrl-C so long after its start, as a part of that time; null: none. */
  readonly interrupted: number | null;
  /** Its date is wrong by so much, and by so much more with each second. */
  readonly clock: { readonly offMs: number; readonly drift: number };
}

export interface Schedule {
  /** Of all chance in it. */
  readonly seed: number;
  readonly speed: number;
  readonly templates: 1 | 2;
  readonly runners: readonly Runner[];
  readonly faults: readonly FaultRule[];
}

const rarely = <Value>(value: fc.Arbitrary<Value>, weight = 1): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight, arbitrary: value }, { weight: 2, arbitrary: fc.constant(null) });

const hour = 3_600_000;

const part = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);

const runner: fc.Arbitrary<Runner> = fc.record({
  after: part,
  dies: rarely(fc.record({ call: fc.integer({ min: 1, max: 60 }), moment: fc.constantFrom(...moments) }), 2),
  hangs: rarely(
    fc.record({ call: fc.integer({ min: 1, max: 60 }), ms: fc.integer({ min: 100, max: 30_000 }) }),
  ),
  interrupted: fc.oneof({ weight: 1, arbitrary: part }, { weight: 6, arbitrary: fc.constant(null) }),
  clock: fc.record({
    offMs: fc.constantFrom(0, 0, -9 * hour, 9 * hour),
    drift: fc.constantFrom(0, 0, -2, 5),
  }),
});

const rule = (operation: string, fault: FaultRule['fault'], match: Record<string, string> = {}) =>
  fc.record({
    operation: fc.constant(operation),
    skip: fc.nat(12),
    times: fc.integer({ min: 1, max: 3 }),
    match: fc.constant(match),
    fault: fc.constant(fault),
  });

const refusing = (code: string, status: number, afterEffect = false): FaultRule['fault'] => ({
  kind: 'error',
  code,
  status,
  message: 'a fault',
  afterEffect,
});
const leases = { Key: 'leases/' };
const heartbeats = { Key: 'heartbeats/' };

const fault: fc.Arbitrary<FaultRule> = fc.oneof(
  rule('s3:PutObject', { kind: 'reset-after' }, leases),
  rule('s3:PutObject', { kind: 'reset-before' }, leases),
  rule('s3:PutObject', refusing('InternalError', 500, true), leases),
  rule('s3:PutObject', refusing('SlowDown', 503), leases),
  rule('s3:PutObject', refusing('ConditionalRequestConflict', 409)),
  rule('s3:PutObject', refusing('PreconditionFailed', 412), leases),
  rule('s3:PutObject', { kind: 'reset-after' }, heartbeats),
  rule('s3:PutObject', refusing('SlowDown', 503), heartbeats),
  rule('s3:GetObject', refusing('InternalError', 500)),
  rule('s3:PutObject', { kind: 'reset-after' }, { Key: 'manifest/' }),
  rule('*', { kind: 'reset-after' }),
  rule('*', { kind: 'reset-before' }),
  rule('ec2:*', refusing('RequestLimitExceeded', 503)),
  rule('ec2:RunInstances', { kind: 'reset-after' }),
  rule('ec2:RunInstances', { kind: 'lost-capacity', later: true }),
  rule('ec2:RunInstances', { kind: 'hidden', ms: 60_000 }),
  rule('ec2:CreateImage', { kind: 'reset-after' }),
  rule('ec2:CreateImage', { kind: 'hidden', ms: 60_000 }),
  rule('ssm:SendCommand', { kind: 'reset-after' }),
  rule('ssm:SendCommand', { kind: 'fail-step', exitCode: 1, output: '' }),
);

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  // A build in seconds, in which hearts beat, or in moments.
  speed: fc.constantFrom(20, ...Array.from({ length: 6 }, () => 100_000)),
  templates: fc.oneof(
    { weight: 9, arbitrary: fc.constant(1 as const) },
    { weight: 1, arbitrary: fc.constant(2 as const) },
  ),
  runners: fc.oneof(
    { weight: 5, arbitrary: fc.array(runner, { minLength: 2, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(runner, { minLength: 4, maxLength: 5 }) },
  ),
  faults: fc.array(fault, { maxLength: 3 }),
});
