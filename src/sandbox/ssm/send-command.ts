/** SendCommand and CancelCommand: work for agents. It does not know how a command ends. */
import type { Call } from '../call.ts';
import { faultOf, Refusal } from '../call.ts';
import * as durations from '../durations.ts';
import { isOnline } from '../ec2/instance-life.ts';
import type { CommandRecord, InvocationRecord } from '../records.ts';
import type { Body } from './body.ts';
import { invalid } from './body.ts';
import { commandView } from './command-view.ts';
import { parametersNamedIn } from './parameters.ts';
import { simulatedOutcome } from './simulated-step.ts';

const shellDocument = 'AWS-RunShellScript';
/** What the confinement gets at least, so that a high speed does not time out what is run for real. */
const realSeconds = 120;

export function sendCommand(body: Body, call: Call): object {
  const document = body.required('DocumentName');
  if (document !== shellDocument)
    throw new Refusal('InvalidDocument', `Document with name ${document} does not exist.`);
  const comment = body.text('Comment') ?? '';
  if (comment.length > 100) throw invalid('Comment', 'Member must have length less than or equal to 100');
  const deliverySeconds = body.count('TimeoutSeconds', 30, 2_592_000) ?? 3600;
  const parameters = body.lists('Parameters');
  const lines = parameters['commands'];
  if (lines === undefined) throw new Refusal('InvalidParameters', 'The parameter commands is required.');
  const executionSeconds = readTimeout(parameters['executionTimeout']?.[0]);
  const instances = onlineTargets(body, call);

  const command: CommandRecord = {
    id: call.ids.uuid(),
    comment,
    document,
    parameters,
    instances,
    requestedAt: call.now,
    deliverBy: call.now + call.lasts(deliverySeconds * 1000),
    deliverySeconds,
    visibleAt:
      call.now + Math.max(call.lasts(durations.commandHidden), call.lasts(faultOf(call, 'hidden')?.ms ?? 0)),
    ...outputOf(body),
  };
  call.tables.commands.put([call.region, command.id], command);
  for (const instance of instances) {
    const invocation = newInvocation(call, command, { instance, lines, executionSeconds });
    call.tables.invocations.put([call.region, command.id, instance], invocation);
    call.tables.unfinished.put(
      [`${call.region} ${command.id} ${instance}`],
      [call.region, command.id, instance],
    );
    loseAgent(call, instance);
  }
  return { Command: commandView(call, command) };
}

function newInvocation(
  call: Call,
  command: CommandRecord,
  work: { instance: string; lines: readonly string[]; executionSeconds: number },
): InvocationRecord {
  const startAt = call.now + call.lasts(durations.commandDelivery);
  const failure = faultOf(call, 'fail-step');
  const hangs = faultOf(call, 'hang-step') !== undefined;
  const confined = call.confined && failure === undefined && !hangs;
  const timeout = call.lasts(work.executionSeconds * 1000);
  const timeoutMs = confined
    ? Math.max(timeout, Math.min(work.executionSeconds, realSeconds) * 1000)
    : timeout;
  if (confined) {
    const { instance, lines } = work;
    const timeoutSeconds = Math.max(1, Math.ceil(timeoutMs / 1000));
    call.afterwards({
      kind: 'start',
      region: call.region,
      command: command.id,
      instance,
      lines,
      timeoutSeconds,
      parameters: parametersNamedIn(call, lines.join('\n')),
    });
  }
  const outcome =
    failure === undefined
      ? simulatedOutcome(command.comment, work.lines)
      : { exitCode: failure.exitCode, stdout: '', stderr: `${failure.output}\n` };
  return {
    command: command.id,
    instance: work.instance,
    startAt,
    deadline: startAt + timeoutMs,
    ...(!hangs && { endAt: startAt + call.lasts(durations.stepDuration(command.comment)) }),
    ...(!confined && { outcome }),
  };
}

function loseAgent(call: Call, id: string): void {
  const fault = faultOf(call, 'lose-agent');
  const instance = call.tables.instances.get(call.region, id);
  if (fault === undefined || instance === undefined) return;
  call.tables.instances.put([call.region, id], { ...instance, agentLostAt: call.now + call.lasts(fault.ms) });
}

function readTimeout(written: string | undefined): number {
  if (written === undefined) return 3600;
  const seconds = Number(written);
  if (/^\d+$/u.test(written) && seconds >= 1 && seconds <= 172_800) return seconds;
  throw new Refusal(
    'InvalidParameters',
    `executionTimeout must be between 1 and 172800 seconds; it is ${written}.`,
  );
}

function onlineTargets(body: Body, call: Call): readonly string[] {
  const targets = body.bodies('Targets').filter((target) => target.text('Key') === 'InstanceIds');
  const ids = [
    ...new Set([
      ...(body.texts('InstanceIds') ?? []),
      ...targets.flatMap((target) => target.texts('Values') ?? []),
    ]),
  ];
  if (ids.length === 0) {
    throw new Refusal(
      'InvalidInstanceId',
      'No instance was named: give InstanceIds, or Targets with the key InstanceIds.',
    );
  }
  if (ids.length > 50) throw invalid('InstanceIds', 'Member must have length less than or equal to 50');
  const offline = ids.filter((id) => {
    const instance = call.tables.instances.get(call.region, id);
    return instance === undefined || !isOnline(instance, call.now);
  });
  if (offline.length > 0) {
    throw new Refusal(
      'InvalidInstanceId',
      `Instances [[${offline.join(', ')}]] not in a valid state for account 000000000000`,
    );
  }
  return ids;
}

function outputOf(body: Body): Pick<CommandRecord, 'outputBucket' | 'outputPrefix'> {
  const bucket = body.text('OutputS3BucketName');
  const prefix = body.text('OutputS3KeyPrefix');
  return {
    ...(bucket !== undefined && { outputBucket: bucket }),
    ...(prefix !== undefined && { outputPrefix: prefix }),
  };
}

export function cancelCommand(body: Body, call: Call): object {
  const id = body.required('CommandId');
  const command = call.tables.commands.get(call.region, id);
  if (command === undefined || call.now < command.visibleAt)
    throw new Refusal('InvalidCommandId', `The command ID ${id} is not valid.`);
  const only = body.texts('InstanceIds') ?? [];
  const stranger = only.find((instance) => !command.instances.includes(instance));
  if (stranger !== undefined)
    throw new Refusal('InvalidInstanceId', `The command was not sent to ${stranger}.`);
  for (const invocation of call.tables.invocations.all(call.region, id)) {
    if (invocation.ended !== undefined || invocation.cancel !== undefined) continue;
    if (only.length > 0 && !only.includes(invocation.instance)) continue;
    const cancel = { at: call.now, doneAt: call.now + call.lasts(durations.commandCancel) };
    call.tables.invocations.put([call.region, id, invocation.instance], { ...invocation, cancel });
    if (invocation.outcome === undefined)
      call.afterwards({ kind: 'cancel', command: id, instance: invocation.instance });
  }
  return {};
}
