/** Commands and their invocations as SSM shows them. It does not know which of them were asked for. */
import type { Call } from '../call.ts';
import type { CommandRecord, InvocationRecord } from '../records.ts';
import { statusOf } from './command-life.ts';
import { outputKey } from './settle.ts';

const outputLimit = 24_000;
const errorLimit = 8000;
const listLimit = 2500;
const plugin = 'aws:runShellScript';

export function commandView(call: Call, command: CommandRecord): object {
  const invocations = call.tables.invocations.all(call.region, command.id);
  const states = invocations.map((invocation) =>
    statusOf(invocation, instanceOf(call, invocation), call.now),
  );
  const count = (test: (state: { status: string; details: string }) => boolean): number =>
    states.filter(test).length;
  const overall = overallStatus(states);
  return {
    CommandId: command.id,
    Comment: command.comment,
    DocumentName: command.document,
    DocumentVersion: '$DEFAULT',
    Parameters: command.parameters,
    InstanceIds: command.instances,
    Targets: [],
    RequestedDateTime: command.requestedAt / 1000,
    ExpiresAfter: command.deliverBy / 1000,
    Status: overall.status,
    StatusDetails: overall.details,
    OutputS3Region: command.outputBucket === undefined ? undefined : call.region,
    OutputS3BucketName: command.outputBucket ?? '',
    OutputS3KeyPrefix: command.outputPrefix ?? '',
    MaxConcurrency: '50',
    MaxErrors: '0',
    TargetCount: command.instances.length,
    CompletedCount: count(({ status }) => !unfinishedStates.includes(status)),
    ErrorCount: count(({ status }) => status === 'Failed' || status === 'TimedOut'),
    DeliveryTimedOutCount: count(({ details }) => details === 'DeliveryTimedOut'),
    ServiceRole: '',
    TimeoutSeconds: command.deliverySeconds,
  };
}

const unfinishedStates: readonly string[] = ['Cancelling', 'InProgress', 'Pending'];
/** The first of these that any invocation has is the command's own. */
const byWeight: readonly string[] = [...unfinishedStates, 'Failed', 'TimedOut', 'Cancelled', 'Success'];

function overallStatus(states: readonly { status: string; details: string }[]): {
  status: string;
  details: string;
} {
  for (const status of byWeight) {
    const state = states.find((one) => one.status === status);
    if (state !== undefined) return state;
  }
  return { status: 'Pending', details: 'Pending' };
}

export const instanceOf = (call: Call, invocation: InvocationRecord) =>
  call.tables.instances.get(call.region, invocation.instance);

export function invocationView(call: Call, command: CommandRecord, invocation: InvocationRecord): object {
  const { status, details } = statusOf(invocation, instanceOf(call, invocation), call.now);
  const { ended } = invocation;
  const started = call.now >= invocation.startAt ? new Date(invocation.startAt).toISOString() : '';
  return {
    CommandId: command.id,
    InstanceId: invocation.instance,
    Comment: command.comment,
    DocumentName: command.document,
    DocumentVersion: '$DEFAULT',
    PluginName: plugin,
    ResponseCode: ended?.exitCode ?? -1,
    ExecutionStartDateTime: started,
    ExecutionElapsedTime:
      ended === undefined ? '' : `PT${((ended.at - invocation.startAt) / 1000).toFixed(3)}S`,
    ExecutionEndDateTime: ended === undefined ? '' : new Date(ended.at).toISOString(),
    Status: status,
    StatusDetails: details,
    StandardOutputContent: capped(ended?.stdout ?? '', outputLimit, '\n---Output truncated---'),
    StandardOutputUrl: outputUrl(call, command, invocation, 'stdout'),
    StandardErrorContent: capped(ended?.stderr ?? '', errorLimit, '\n---Error truncated----'),
    StandardErrorUrl: outputUrl(call, command, invocation, 'stderr'),
    CloudWatchOutputConfig: { CloudWatchLogGroupName: '', CloudWatchOutputEnabled: false },
  };
}

export function listedInvocationView(
  call: Call,
  command: CommandRecord,
  invocation: InvocationRecord,
  details: boolean,
): object {
  const state = statusOf(invocation, instanceOf(call, invocation), call.now);
  const { ended } = invocation;
  return {
    CommandId: command.id,
    InstanceId: invocation.instance,
    InstanceName: '',
    Comment: command.comment,
    DocumentName: command.document,
    DocumentVersion: '$DEFAULT',
    RequestedDateTime: command.requestedAt / 1000,
    Status: state.status,
    StatusDetails: state.details,
    StandardOutputUrl: outputUrl(call, command, invocation, 'stdout'),
    StandardErrorUrl: outputUrl(call, command, invocation, 'stderr'),
    CommandPlugins: details
      ? [
          {
            Name: plugin,
            Status: state.status,
            StatusDetails: state.details,
            ResponseCode: ended?.exitCode ?? -1,
            ResponseStartDateTime: call.now >= invocation.startAt ? invocation.startAt / 1000 : undefined,
            ResponseFinishDateTime: ended === undefined ? undefined : ended.at / 1000,
            Output: capped(listedOutput(ended), listLimit, ''),
            OutputS3BucketName: command.outputBucket ?? '',
            OutputS3KeyPrefix: command.outputPrefix ?? '',
          },
        ]
      : [],
    ServiceRole: '',
  };
}

function listedOutput(ended: InvocationRecord['ended']): string {
  if (ended === undefined) return '';
  return ended.stderr === '' ? ended.stdout : `${ended.stdout}\n----------ERROR-------\n${ended.stderr}`;
}

const capped = (text: string, limit: number, mark: string): string =>
  text.length <= limit ? text : text.slice(0, limit - mark.length) + mark;

function outputUrl(
  call: Call,
  command: CommandRecord,
  invocation: InvocationRecord,
  stream: 'stdout' | 'stderr',
): string {
  if (command.outputBucket === undefined) return '';
  return `https://s3.${call.region}.amazonaws.com/${command.outputBucket}/${outputKey(command, invocation.instance, stream)}`;
}
