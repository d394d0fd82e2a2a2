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
const STOPPED_EXIT_CODE = 137;
/** What the service reports when it has heard nothing. */
const UNKNOWN_EXIT_CODE = -1;

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
export function endingOf(
  invocation: InvocationRecord,
  { command, instance, confinement, now }: Surroundings,
): Ending | undefined {
  const agentEnd = instance === undefined ? command.requestedAt : agentEndOf(instance);
  if (agentEnd <= invocation.startAt) {
    return at(now, command.deliverBy, 'TimedOut', 'DeliveryTimedOut', silent(UNKNOWN_EXIT_CODE));
  }
  const limit = Math.min(agentEnd, invocation.deadline, invocation.cancel?.at ?? Infinity);
  const finished = finish(invocation, confinement, now);
  if (finished !== undefined && finished.at <= limit) {
    const status = finished.outcome.exitCode === 0 ? 'Success' : 'Failed';
    return at(now, finished.at, status, status, asAgentReports(finished.outcome));
  }
  if (invocation.cancel !== undefined && invocation.cancel.at <= limit) {
    return at(now, invocation.cancel.doneAt, 'Cancelled', 'Cancelled', silent(STOPPED_EXIT_CODE));
  }
  if (invocation.deadline <= agentEnd) {
    return at(now, invocation.deadline, 'TimedOut', 'ExecutionTimedOut', silent(STOPPED_EXIT_CODE));
  }
  const givenUpAt = invocation.deadline + (command.deliverBy - command.requestedAt);
  return at(now, givenUpAt, 'TimedOut', 'ExecutionTimedOut', silent(UNKNOWN_EXIT_CODE));
}

function finish(
  invocation: InvocationRecord,
  confinement: Confinement | undefined,
  now: Time,
): { at: Time; outcome: Outcome } | undefined {
  if (invocation.endAt === undefined) return undefined;
  if (invocation.outcome !== undefined) return { at: invocation.endAt, outcome: invocation.outcome };
  if (now < invocation.endAt) return undefined;
  const result = confinement?.result(runId(invocation.command, invocation.instance)) ?? {
    state: 'lost' as const,
  };
  switch (result.state) {
    case 'running':
      return undefined;
    case 'lost':
      return { at: invocation.endAt, outcome: { exitCode: 1, stdout: '', stderr: LOST } };
    case 'done':
      return { at: invocation.endAt, outcome: result };
  }
}

const LOST = 'The process that ran this command in the sandbox is gone, and left no result.\n';

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
