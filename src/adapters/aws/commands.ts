/** SSM Run Command as the way to run things on an instance. It does not know what is run. */
import {
  CancelCommandCommand,
  type Command,
  GetCommandInvocationCommand,
  paginateDescribeInstanceInformation,
  paginateListCommands,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import type { CloudFailure } from '../../core/failure.ts';
import { type CommandId, commandId, type InstanceId, instanceId } from '../../core/ids.ts';
import { fail, ok } from '../../core/result.ts';
import type { Builder, CommandState } from '../../ports/builder.ts';
import { answerOf, batches } from './calls.ts';
import type { Clients } from './clients.ts';

export interface CommandOptions {
  /** Bucket that takes the whole output of each command. */
  readonly bucket: string;
}

type Commands = Pick<Builder, 'online' | 'send' | 'findCommand' | 'commands' | 'commandResult' | 'cancel'>;

/** A command that cannot be delivered within this time is given up by SSM, in seconds. */
const deliverySeconds = 600;

/** SSM shows so many instances on one page, and takes no more than twice as many in a filter. */
const instancesPerPage = 50;

export function ssmCommands({ ssm, ssmOnce }: Clients, { bucket }: CommandOptions): Commands {
  /** When SSM, by its own clock, took each command: what a batched look asks for. */
  const requested = new Map<CommandId, Date>();
  const logs = new Map<CommandId, string>();

  const remember = (command: Command | undefined): CommandId | undefined => {
    if (command?.CommandId === undefined) return undefined;
    const id = commandId(command.CommandId);
    requested.set(id, command.RequestedDateTime ?? new Date(0));
    logs.set(id, command.OutputS3KeyPrefix ?? '');
    return id;
  };

  return {
    online: (ids) =>
      answerOf('ssm:DescribeInstanceInformation', async () => {
        const online = new Set<InstanceId>();
        for (const some of batches(ids, instancesPerPage)) {
          const input = { Filters: [{ Key: 'InstanceIds', Values: some }], MaxResults: instancesPerPage };
          for await (const page of paginateDescribeInstanceInformation({ client: ssm }, input)) {
            for (const { InstanceId, PingStatus } of page.InstanceInformationList ?? [])
              if (InstanceId !== undefined && PingStatus === 'Online') online.add(instanceId(InstanceId));
          }
        }
        return online;
      }),
    async send(request) {
      const input = {
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [request.instance],
        Comment: request.comment,
        TimeoutSeconds: deliverySeconds,
        Parameters: { commands: [...request.lines], executionTimeout: [String(request.timeoutSeconds)] },
        OutputS3BucketName: bucket,
        OutputS3KeyPrefix: request.logPrefix,
      };
      const answer = await answerOf('ssm:SendCommand', () => ssmOnce.send(new SendCommandCommand(input)));
      if (!answer.ok) return answer;
      const id = remember(answer.value.Command);
      return id === undefined ? fail(noCommand) : ok(id);
    },
    findCommand: (instance, comment) =>
      answerOf('ssm:ListCommands', async () => {
        for await (const page of paginateListCommands({ client: ssm }, { InstanceId: instance })) {
          const found = (page.Commands ?? []).find((command) => command.Comment === comment);
          if (found !== undefined) return remember(found);
        }
        return undefined;
      }),
    commands: (ids) =>
      answerOf('ssm:ListCommands', async () => {
        const states = new Map<CommandId, CommandState>();
        const [only] = ids;
        if (ids.length === 1 && only !== undefined) {
          for await (const page of paginateListCommands({ client: ssm }, { CommandId: only }))
            addStates(states, page.Commands);
          return states;
        }
        const earliest = Math.min(...ids.map((id) => requested.get(id)?.getTime() ?? 0));
        const since = new Date(earliest - 1000).toISOString().replace(/\.\d+Z$/, 'Z');
        const input = { Filters: [{ key: 'InvokedAfter' as const, value: since }], MaxResults: 50 };
        for await (const page of paginateListCommands({ client: ssm }, input)) {
          addStates(states, page.Commands);
          if (ids.every((id) => states.has(id))) break;
        }
        return states;
      }),
    commandResult: (instance, command) =>
      answerOf('ssm:GetCommandInvocation', async () => {
        const input = { CommandId: command, InstanceId: instance };
        const answer = await ssm.send(new GetCommandInvocationCommand(input));
        const prefix = logs.get(command) ?? '';
        const folder = `${prefix}/${command}/${instance}/awsrunShellScript/0.awsrunShellScript`;
        return {
          exitCode: answer.ResponseCode ?? -1,
          status: answer.StatusDetails ?? answer.Status ?? 'Unknown',
          output: `${answer.StandardOutputContent ?? ''}${answer.StandardErrorContent ?? ''}`,
          logKeys: prefix === '' ? [] : [`${folder}/stdout`, `${folder}/stderr`],
        };
      }),
    async cancel(command) {
      const answer = await answerOf('ssm:CancelCommand', () =>
        ssm.send(new CancelCommandCommand({ CommandId: command })),
      );
      return answer.ok ? ok(undefined) : answer;
    },
  };
}

const noCommand: CloudFailure = {
  code: 'cloud',
  awsCode: 'EmptyAnswer',
  operation: 'ssm:SendCommand',
  message: 'the answer holds no command',
  nature: 'unknown',
};

function addStates(states: Map<CommandId, CommandState>, commands: readonly Command[] | undefined): void {
  for (const { CommandId, Status } of commands ?? []) {
    if (CommandId !== undefined) states.set(commandId(CommandId), stateOf(Status));
  }
}

function stateOf(status: Command['Status']): CommandState {
  switch (status) {
    case 'Success':
      return 'done';
    case 'Failed':
    case 'TimedOut':
    case 'Cancelled':
      return 'failed';
    case 'Pending':
      return 'waiting';
    default:
      return 'running';
  }
}
