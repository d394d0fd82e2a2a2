/** What SSM makes of commands, at the speed of AWS on a stepped clock. The numbers are those of docs/aws-facts.md. */
import { readFile } from 'node:fs/promises';
import { type Command, ListCommandsCommand } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { lookInto } from '../e2e/cloud.ts';
import { type JsonEvent, makeWorld, minutes, type Process, stepStarted, type World } from './rig.ts';

const worldWith = (faults: readonly object[], template = 'tests: ["true"]\n'): Promise<World> =>
  makeWorld({ 'templates/a.yaml': template, 'faults.json': JSON.stringify(faults) });

const build = (world: World): Process =>
  world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });

const ended = ({ events }: Process): JsonEvent | undefined =>
  events.find(({ type }) => type === 'image-finished');

async function commandsOf(world: World): Promise<Command[]> {
  const { ssm } = await lookInto(world.folder, () => world.clock.now());
  const { Commands = [] } = await ssm.send(new ListCommandsCommand({}));
  return Commands;
}

/** How often each step was sent, by its position: `1/3`. */
async function sent(world: World): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { Comment = '' } of await commandsOf(world)) {
    const [, position = ''] = Comment.split(' ');
    counts[position] = (counts[position] ?? 0) + 1;
  }
  return counts;
}

const send = 'ssm:SendCommand';
const refusal = (code: string, message = 'no'): object => ({ kind: 'error', code, message });
const atTest = { Comment: 'test 1' };

test.each([
  ['before it is sent', 'reset-before'],
  ['after it was taken', 'reset-after'],
])('AWS 5: a step over which the connection breaks %s is run once', async (_when, kind) => {
  const world = await worldWith([{ operation: send, match: atTest, times: 2, fault: { kind } }]);
  expect(await build(world).code).toBe(0);
  expect(await sent(world)).toEqual({ '1/3': 1, '2/3': 1, '3/3': 1 });
});

test('AWS 5: nor is it run twice where no list shows it for a while', async () => {
  const world = await worldWith([
    { operation: send, match: atTest, fault: { kind: 'reset-after' } },
    { operation: send, match: atTest, fault: { kind: 'hidden', ms: 5000 } },
  ]);
  expect(await build(world).code).toBe(0);
  expect(await sent(world)).toEqual({ '1/3': 1, '2/3': 1, '3/3': 1 });
});

test('AWS 6: each step has the time limit of its build, not that of SSM', async () => {
  const world = await worldWith([], 'build: { timeout: 9h }\ntests: ["true"]\n');
  expect(await build(world).code).toBe(0);
  const limits = (await commandsOf(world)).map(({ Parameters }) => Parameters?.['executionTimeout']);
  expect(limits.flat()).toEqual(Array(3).fill(String(9 * 3600)));
});

test('AWS 6: the longest that SSM takes, where that is less', async () => {
  const world = await worldWith([], 'build: { timeout: 72h }\ntests: ["true"]\n');
  expect(await build(world).code).toBe(0);
  expect((await commandsOf(world))[0]?.Parameters?.['executionTimeout']).toEqual(['172800']);
});

test('AWS 6: a step that never came to the instance is told from one that took too long', async () => {
  const world = await worldWith(
    [{ operation: send, match: atTest, fault: { kind: 'lose-agent', ms: 0 } }],
    'build: { timeout: 3h }\ntests: ["true"]\n',
  );
  const run = build(world);
  expect(await run.code).toBe(1);
  expect(ended(run)).toMatchObject({
    trouble: { code: 'step-failed', step: 'test 1', status: 'DeliveryTimedOut' },
  });
});

test('AWS 7: an agent that is online, and that SSM does not know everywhere, is asked again', async () => {
  const world = await worldWith([{ operation: send, times: 5, fault: refusal('InvalidInstanceId') }]);
  expect(await build(world).code).toBe(0);
  expect(await sent(world)).toEqual({ '1/3': 1, '2/3': 1, '3/3': 1 });
});

test('AWS 7: a command that its agent has forgotten ends with the time limit of the build', async () => {
  const world = await worldWith(
    [{ operation: send, match: atTest, fault: { kind: 'lose-agent', ms: 5000 } }],
    'build: { timeout: 30m }\ntests: ["true"]\n',
  );
  const run = build(world);
  const test1 = await run.event(stepStarted('test 1'));
  expect(await run.code).toBe(1);
  expect(ended(run)).toMatchObject({ trouble: { code: 'timed-out', what: 'step test 1' } });
  expect(Date.parse(ended(run)?.time ?? '') - Date.parse(test1.time)).toBeLessThan(31 * minutes);
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect(await cloud.instances()).toEqual(['terminated']);
});

test('AWS 8: a result that is not there yet is asked for again', async () => {
  const world = await worldWith([
    { operation: 'ssm:GetCommandInvocation', times: 4, fault: refusal('InvocationDoesNotExist') },
    { operation: send, match: atTest, fault: { kind: 'fail-step', exitCode: 3, output: 'no' } },
  ]);
  const run = build(world);
  expect(await run.code).toBe(1);
  expect(ended(run)).toMatchObject({ trouble: { code: 'step-failed', exitCode: 3 } });
});

test('AWS 8: what a step printed is whole, however much more it is than SSM keeps', async () => {
  const output = Array.from({ length: 20_000 }, (_, at) => `line ${at + 1}`).join('\n');
  const world = await worldWith([
    { operation: send, match: atTest, fault: { kind: 'fail-step', exitCode: 1, output } },
  ]);
  const run = build(world);
  expect(await run.code).toBe(1);
  const { log } = (ended(run)?.['trouble'] ?? {}) as { log?: string };
  expect(await readFile(log ?? '', 'utf8')).toContain(output);
});
