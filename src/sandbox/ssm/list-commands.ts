/** Finding commands and invocations again. It does not know how they are made or end. */
import type { Call } from '../call.ts';
import { Refusal } from '../call.ts';
import type { CommandRecord, InvocationRecord } from '../records.ts';
import type { Body } from './body.ts';
import { pageOf } from './body.ts';
import { statusOf } from './command-life.ts';
import { commandView, instanceOf, invocationView, listedInvocationView } from './command-view.ts';

export function getCommandInvocation(body: Body, call: Call): object {
  const id = body.required('CommandId');
  const instance = body.required('InstanceId');
  const command = call.tables.commands.get(call.region, id);
  const invocation = call.tables.invocations.get(call.region, id, instance);
  if (command === undefined || invocation === undefined || call.now < command.visibleAt) {
    throw new Refusal('InvocationDoesNotExist', '');
  }
  const plugin = body.text('PluginName');
  if (plugin !== undefined && plugin !== 'aws:runShellScript') throw new Refusal('InvalidPluginName', '');
  return invocationView(call, command, invocation);
}

export function listCommandInvocations(body: Body, call: Call): object {
  const details = body.flag('Details');
  const found = wantedCommands(body, call).flatMap(({ command, invocations }) =>
    invocations.map((invocation) => ({ command, invocation })),
  );
  const page = pageOf(body, found, { least: 1, most: 50 });
  return {
    CommandInvocations: page.things.map(({ command, invocation }) =>
      listedInvocationView(call, command, invocation, details),
    ),
    NextToken: page.nextToken,
  };
}

export function listCommands(body: Body, call: Call): object {
  const page = pageOf(body, wantedCommands(body, call), { least: 1, most: 50 });
  return {
    Commands: page.things.map(({ command }) => commandView(call, command)),
    NextToken: page.nextToken,
  };
}

interface Found {
  readonly command: CommandRecord;
  readonly invocations: readonly InvocationRecord[];
}

/** Newest first, with those of the invocations that match. */
function wantedCommands(body: Body, call: Call): readonly Found[] {
  const id = body.text('CommandId');
  if (id !== undefined && !/^[0-9a-f-]{36}$/u.test(id))
    throw new Refusal('InvalidCommandId', `The command ID ${id} is not valid.`);
  const instance = body.text('InstanceId');
  const tests = body.bodies('Filters').map((filter) => testOf(call, filter));
  const commands =
    id === undefined ? call.tables.commands.all(call.region) : [call.tables.commands.get(call.region, id)];
  return commands
    .filter((command) => command !== undefined)
    .filter(
      (command) =>
        call.now >= command.visibleAt && (instance === undefined || command.instances.includes(instance)),
    )
    .toSorted((a, b) => b.requestedAt - a.requestedAt || (a.id < b.id ? -1 : 1))
    .map((command) => ({
      command,
      invocations: call.tables.invocations
        .all(call.region, command.id)
        .filter((invocation) => instance === undefined || invocation.instance === instance)
        .filter((invocation) => tests.every((test) => test(command, invocation))),
    }))
    .filter(({ invocations }) => invocations.length > 0);
}

type Test = (command: CommandRecord, invocation: InvocationRecord) => boolean;

function testOf(call: Call, filter: Body): Test {
  const key = filter.required('key');
  const value = filter.required('value');
  switch (key) {
    case 'InvokedAfter':
      return timeTest(value, (requested, limit) => requested >= limit);
    case 'InvokedBefore':
      return timeTest(value, (requested, limit) => requested <= limit);
    case 'Status':
      return (_, invocation) => statusOf(invocation, instanceOf(call, invocation), call.now).status === value;
    case 'DocumentName':
      return (command) => command.document === value;
    default:
      throw new Refusal('InvalidFilterKey', `The filter key ${key} is not valid.`);
  }
}

function timeTest(value: string, compare: (requested: number, limit: number) => boolean): Test {
  const limit = Date.parse(value);
  if (Number.isNaN(limit))
    throw new Refusal('InvalidFilterValue', `${value} is not a time like 2025-01-31T00:00:00Z.`);
  return (command) => compare(command.requestedAt, limit);
}
