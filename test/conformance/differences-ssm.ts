/** Where the sandbox's SSM and moto's differ. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  CancelCommandCommand,
  type Command,
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  GetParameterCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  PutParameterCommand,
  SendCommandCommand,
  type SendCommandCommandInput,
} from '@aws-sdk/client-ssm';
import { defined, oneMinute, oneSecond } from '../sandbox/rig.ts';
import { type Asked, type Difference, running, verdict } from './difference.ts';
import { bucket } from './servers.ts';

const unknownInstance = 'i-00000000000000000';
const unknownCommand = '00000000-0000-4000-8000-000000000000';

const send = async (
  at: Asked,
  instance: string,
  more: Partial<SendCommandCommandInput> = {},
): Promise<Command> => {
  const input = {
    DocumentName: 'AWS-RunShellScript',
    InstanceIds: [instance],
    Parameters: { commands: ['true'] },
    ...more,
  };
  return defined((await at.ssm.send(new SendCommandCommand(input))).Command);
};

export const ssmDifferences: readonly Difference[] = [
  {
    what: 'DescribeInstanceInformation',
    async ask(at) {
      const Filters = [{ Key: 'InstanceIds', Values: [await running(at)] }];
      return verdict(at.ssm.send(new DescribeInstanceInformationCommand({ Filters })));
    },
    sandbox: 'accepted',
    moto: '500',
    likeAws: 'the sandbox',
    why: 'SSM API Reference, DescribeInstanceInformation',
  },
  {
    what: 'ListCommandInvocations',
    ask: ({ ssm }) => verdict(ssm.send(new ListCommandInvocationsCommand({}))),
    sandbox: 'accepted',
    moto: '500',
    likeAws: 'the sandbox',
    why: 'SSM API Reference, ListCommandInvocations',
  },
  {
    what: 'CancelCommand',
    async ask(at) {
      const { CommandId } = await send(at, await running(at));
      at.step(2 * oneSecond);
      return verdict(at.ssm.send(new CancelCommandCommand({ CommandId })));
    },
    sandbox: 'accepted',
    moto: '500',
    likeAws: 'the sandbox',
    why: 'SSM API Reference, CancelCommand',
  },
  {
    what: 'SendCommand: the state in its answer',
    ask: async (at) => (await send(at, await running(at))).Status,
    sandbox: 'Pending',
    moto: 'Success',
    likeAws: 'the sandbox',
    why: 'Systems Manager User Guide, Understanding command statuses: Pending until it is sent to the instance',
  },
  {
    what: 'SendCommand, to an instance that nobody has',
    ask: (at) => verdict(send(at, unknownInstance)),
    sandbox: '400 InvalidInstanceId',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'SSM API Reference, SendCommand: InvalidInstanceId',
  },
  {
    what: 'SendCommand, of a document that there is not',
    ask: async (at) => verdict(send(at, await running(at), { DocumentName: 'None' })),
    sandbox: '400 InvalidDocument',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'SSM API Reference, SendCommand: InvalidDocument',
  },
  {
    what: 'SendCommand, with a Comment of 101 characters',
    ask: async (at) => verdict(send(at, await running(at), { Comment: 'x'.repeat(101) })),
    sandbox: '400 ValidationException',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'SSM API Reference, SendCommand: Comment has at most 100 characters',
  },
  {
    what: 'SendCommand, with a TimeoutSeconds of 10',
    ask: async (at) => verdict(send(at, await running(at), { TimeoutSeconds: 10 })),
    sandbox: '400 ValidationException',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'SSM API Reference, SendCommand: TimeoutSeconds is at least 30',
  },
  {
    what: 'SendCommand: its output in the bucket',
    async ask(at) {
      await send(at, await running(at), { OutputS3BucketName: bucket, OutputS3KeyPrefix: 'logs' });
      at.step(30 * oneMinute);
      const { Contents = [] } = await at.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Contents.map(({ Key = '' }) => Key.split('/').at(-1));
    },
    sandbox: ['stdout'],
    moto: [],
    likeAws: 'the sandbox',
    why: 'SSM API Reference, SendCommand: OutputS3BucketName is where what commands print is kept',
  },
  {
    what: 'ListCommands, of another instance than the one that a command was sent to',
    async ask(at) {
      const [one, two] = [await running(at), await running(at)];
      await send(at, one);
      at.step(oneMinute);
      return (await at.ssm.send(new ListCommandsCommand({ InstanceId: two }))).Commands?.length;
    },
    sandbox: 0,
    moto: 1,
    likeAws: 'the sandbox',
    why: 'SSM API Reference, ListCommands: InstanceId lists what was sent to this one',
  },
  {
    what: 'ListCommands, invoked after a time that is to come',
    async ask(at) {
      await send(at, await running(at));
      at.step(oneMinute);
      const Filters = [{ key: 'InvokedAfter' as const, value: '2100-01-01T00:00:00Z' }];
      return (await at.ssm.send(new ListCommandsCommand({ Filters }))).Commands?.length;
    },
    sandbox: 0,
    moto: 1,
    likeAws: 'the sandbox',
    why: 'SSM API Reference, CommandFilter: InvokedAfter limits the list to what was invoked after it',
  },
  {
    what: 'ListCommands, of a command that nobody has',
    ask: ({ ssm }) => verdict(ssm.send(new ListCommandsCommand({ CommandId: unknownCommand }))),
    sandbox: 'accepted',
    moto: '400 InvalidCommandId',
    likeAws: 'the sandbox',
    why: 'github.com/aws/aws-cli/issues/3546: what is not known yet is an empty list and no error',
  },
  {
    what: 'GetCommandInvocation, of a command that nobody has',
    async ask(at) {
      const input = { CommandId: unknownCommand, InstanceId: await running(at) };
      return verdict(at.ssm.send(new GetCommandInvocationCommand(input)));
    },
    sandbox: '400 InvocationDoesNotExist',
    moto: '400 InvalidCommandId',
    likeAws: 'the sandbox',
    why: 'SSM API Reference, GetCommandInvocation: InvocationDoesNotExist, no invocation has these two ids',
  },
  {
    what: 'GetCommandInvocation, just after SendCommand',
    async ask(at) {
      const InstanceId = await running(at);
      const { CommandId } = await send(at, InstanceId);
      return verdict(at.ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId })));
    },
    sandbox: '400 InvocationDoesNotExist',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'SSM API Reference, GetCommandInvocation: Run Command is eventually consistent',
  },
  {
    what: 'PutParameter of the type aws:ec2:image, of an image that is not there',
    async ask(at) {
      const parameter = { Name: '/nowhere/latest', Value: 'ami-00000000000000000' } as const;
      await at.ssm.send(new PutParameterCommand({ ...parameter, Type: 'String', DataType: 'aws:ec2:image' }));
      return verdict(at.ssm.send(new GetParameterCommand({ Name: parameter.Name })));
    },
    sandbox: '400 ParameterNotFound',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'Systems Manager User Guide, Native parameter support for Amazon Machine Image IDs: a parameter whose image is not found is not made',
  },
];
