/** SSM's JSON protocol: the body that comes in, the body that goes out. It does not know what the operations do. */
import { randomUUID } from 'node:crypto';
import type { WireRequest, WireResponse } from '../../core/wire.ts';
import type { Call, Operation } from '../call.ts';
import { Refusal } from '../call.ts';
import type { SsmOperationName } from '../operations.ts';
import { Body } from './body.ts';
import { describeInstanceInformation } from './instance-information.ts';
import { getCommandInvocation, listCommandInvocations, listCommands } from './list-commands.ts';
import { deleteParameter, getParameter, getParameters, putParameter } from './parameters.ts';
import { cancelCommand, sendCommand } from './send-command.ts';

const performers: { readonly [Name in SsmOperationName]: (body: Body, call: Call) => object } = {
  DescribeInstanceInformation: describeInstanceInformation,
  SendCommand: sendCommand,
  GetCommandInvocation: getCommandInvocation,
  ListCommandInvocations: listCommandInvocations,
  ListCommands: listCommands,
  CancelCommand: cancelCommand,
  GetParameter: getParameter,
  GetParameters: getParameters,
  PutParameter: putParameter,
  DeleteParameter: deleteParameter,
};

export function ssmOperation(request: WireRequest): Operation {
  const name = (request.headers['x-amz-target'] ?? '').replace(/^.*\./u, '');
  const body = readBody(request.body);
  return {
    name: `ssm:${name}`,
    parameters: body?.flat() ?? new Map(),
    perform: (call) => {
      if (!isKnown(name)) {
        throw new Refusal('UnknownOperationException', `The operation ${name} is not known to this service.`);
      }
      if (body === undefined) throw new Refusal('SerializationException', 'The body is not a JSON object');
      return answer(200, performers[name](body, call));
    },
    refuse: ({ status, code, message }) => {
      const refusal = answer(status, { __type: code, message });
      return { ...refusal, headers: { ...refusal.headers, 'x-amzn-errortype': code } };
    },
  };
}

const isKnown = (name: string): name is SsmOperationName => Object.hasOwn(performers, name);

function readBody(bytes: Uint8Array): Body | undefined {
  try {
    return new Body(bytes.length === 0 ? {} : JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Refusal) return undefined;
    throw error;
  }
}

const answer = (status: number, body: object): WireResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() },
  body: Buffer.from(JSON.stringify(body)),
});
