/** Writes down what has ended since the last call: commands, with their whole output where that was asked for. It does not know which call comes next. */
import type { Confinement } from '../confinement-contract.ts';
import type { ConfinedEffect, CommandRecord, Ending, Time } from '../records.ts';
import { putBody } from '../s3/bodies.ts';
import type { Tables } from '../store.ts';
import { endingOf } from './command-life.ts';

export function settleCommands(
  tables: Tables,
  now: Time,
  confinement: Confinement | undefined,
  afterwards: (effect: ConfinedEffect) => void,
): void {
  for (const [region, id, instanceId] of tables.unfinished.all()) {
    const command = tables.commands.get(region, id);
    const invocation = tables.invocations.get(region, id, instanceId);
    if (command === undefined || invocation === undefined) continue;
    const instance = tables.instances.get(region, instanceId);
    const ended = endingOf(invocation, { command, instance, confinement, now });
    if (ended === undefined) continue;
    tables.invocations.put([region, id, instanceId], { ...invocation, ended });
    tables.unfinished.remove(`${region} ${id} ${instanceId}`);
    if (ended.status === 'TimedOut' && invocation.outcome === undefined) {
      afterwards({ kind: 'cancel', command: id, instance: instanceId });
    }
    putOutput(tables, command, instanceId, ended);
  }
}

/** Where the agent puts the output of a command's only plugin. */
export function outputKey(command: CommandRecord, instance: string, stream: 'stdout' | 'stderr'): string {
  const prefix =
    command.outputPrefix === undefined || command.outputPrefix === '' ? '' : `${command.outputPrefix}/`;
  return `${prefix}${command.id}/${instance}/awsrunShellScript/0.awsrunShellScript/${stream}`;
}

function putOutput(tables: Tables, command: CommandRecord, instance: string, ended: Ending): void {
  const bucket = command.outputBucket;
  // The agent is silent about a bucket that it cannot write, and writes no object for a stream without output.
  if (bucket === undefined || tables.buckets.get(bucket) === undefined) return;
  for (const stream of ['stdout', 'stderr'] as const) {
    if (ended[stream] === '') continue;
    const key = outputKey(command, instance, stream);
    putBody(tables, bucket, key, Buffer.from(ended[stream]), { 'content-type': 'text/plain' }, ended.at);
  }
}
