/** What the clock, the instance and the confined run make of a command. It changes nothing. */
import { agentEndOf } from '../ec2/instance-life.ts';
import type { Confinement } from '../confinement-contract.ts';
import type {
  CommandRecord,
  Ending,
  InstanceRecord,
  InvocationRecord,
  InvocationStatus,
  Outcome,
  Time,
} from '../records.ts';

export const runId = (command: string, instance: string): string => `${command}-${instance}`;

/** What the agent reports for a script that it stopped. */
const stoppedExitCode = 137;
/** What the service reports when it has heard nothing. */
const unknownExitCode = -1;

/** What `timeout` ends with, which limits a confined run, and how much earlier than the clock it may be. */
const timeoutExitCode = 124;
const timeoutSlack = 2000;

interface Surroundings {
  readonly command: CommandRecord;
  readonly instance: InstanceRecord | undefined;
  readonly confinement: Confinement | undefined;
  readonly now: Time;
}

/**
 * How the invocation has ended by now, if it has.
 *
 * An agent that is gone (the instance stops, ends, or loses it) reports nothing any more: AWS then shows the command as
 * `InProgress` until delivery and execution time-out together are over, and as `TimedOut` after that.
 */
export function endingOf(invocation: InvocationRecord, surroundings: Surroundings): Ending | undefined {
  const { command, instance, now } = surroundings;
  const agentEnd = instance === undefined ? command.requestedAt : agentEndOf(instance);
  if (agentEnd <= invocation.startAt) {
    return at(now, command.deliverBy, 'TimedOut', 'DeliveryTimedOut', silent(unknownExitCode));
  }
  const limit = Math.min(agentEnd, invocation.deadline, invocation.cancel?.at ?? Infinity);
  const finished =
    invocation.outcome === undefined
      ? confinedFinish(invocation, agentEnd, surroundings)
      : simulatedFinish(invocation, invocation.outcome, limit);
  if (finished !== undefined) {
    const status = finished.exitCode === 0 ? 'Success' : 'Failed';
    return at(now, finished.at, status, status, asAgentReports(finished));
  }
  if (invocation.cancel !== undefined && invocation.cancel.at <= limit) {
    return at(now, invocation.cancel.doneAt, 'Cancelled', 'Cancelled', silent(stoppedExitCode));
  }
  if (invocation.deadline <= agentEnd) {
    return at(now, invocation.deadline, 'TimedOut', 'ExecutionTimedOut', silent(stoppedExitCode));
  }
  const givenUpAt = invocation.deadline + (command.deliverBy - command.requestedAt);
  return at(now, givenUpAt, 'TimedOut', 'ExecutionTimedOut', silent(unknownExitCode));
}

type Finish = Outcome & { readonly at: Time };

function simulatedFinish(invocation: InvocationRecord, outcome: Outcome, limit: Time): Finish | undefined {
  if (invocation.endAt === undefined || invocation.endAt > limit) return undefined;
  return { at: invocation.endAt, ...outcome };
}

/**
 * The end of a confined run is seen when somebody looks, so its result counts however late that is; only what was to stop it
 * before counts more, since every call looks before it changes anything.
 */
function confinedFinish(
  invocation: InvocationRecord,
  agentEnd: Time,
  { confinement, now }: Surroundings,
): Finish | undefined {
  if (invocation.endAt === undefined || now < invocation.endAt) return undefined;
  if (invocation.cancel !== undefined || now >= agentEnd) return undefined;
  const result = confinement?.result(runId(invocation.command, invocation.instance));
  if (result?.state === 'running') return undefined;
  if (result?.state !== 'done') return { at: now, exitCode: 1, stdout: '', stderr: lostMessage };
  const timedOut = result.exitCode === timeoutExitCode && now >= invocation.deadline - timeoutSlack;
  if (timedOut) return undefined;
  return { at: now, exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

const lostMessage = 'The process that ran this command in the sandbox is gone, and left no result.\n';

const silent = (exitCode: number): Outcome => ({ exitCode, stdout: '', stderr: '' });

/** The agent adds a line of its own to what a failing script wrote. */
const asAgentReports = ({ exitCode, stdout, stderr }: Outcome): Outcome => ({
  exitCode,
  stdout,
  stderr: exitCode === 0 ? stderr : `${stderr}failed to run commands: exit status ${exitCode}`,
});

function at(
  now: Time,
  time: Time,
  status: InvocationStatus,
  details: string,
  outcome: Outcome,
): Ending | undefined {
  return now < time ? undefined : { at: time, status, details, ...outcome };
}

export function statusOf(
  invocation: InvocationRecord,
  instance: InstanceRecord | undefined,
  now: Time,
): { status: InvocationStatus; details: string } {
  if (invocation.ended !== undefined) return invocation.ended;
  if (invocation.cancel !== undefined) return { status: 'Cancelling', details: 'Cancelling' };
  const delivered =
    now >= invocation.startAt && (instance === undefined || agentEndOf(instance) > invocation.startAt);
  const status = delivered ? 'InProgress' : 'Pending';
  return { status, details: status };
}
