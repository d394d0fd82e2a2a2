/** What every Builder holds to where commands are concerned: sent once, found again, looked at in batches. */
import { describe, expect, test } from 'vitest';
import { type CommandId, commandId, type InstanceId, instanceId } from '../../src/core/ids.ts';
import { oneMinute, oneSecond } from '../sandbox/rig.ts';
import { type Cloud, done, type MakeCloud, onlineInstance, refusal } from './cloud.ts';

const requestOf = (instance: InstanceId, comment: string, lines: readonly string[] = ['echo one']) => ({
  instance,
  comment,
  lines,
  timeoutSeconds: 3600,
  logPrefix: 'amigraph/logs/b/1',
});

const send = async (cloud: Cloud, instance: InstanceId, comment: string): Promise<CommandId> =>
  done(await cloud.builder.send(requestOf(instance, comment)));

const unknown = commandId('00000000-0000-4000-8000-000000000000');

export function commandsContract(name: string, makeIt: MakeCloud): void {
  describe(`Builder, commands: ${name}`, () => {
    test('a command is sent, seen, runs and is done, and its output is kept', async () => {
      const cloud = await makeIt();
      const { builder, store, step } = cloud;
      const instance = await onlineInstance(cloud);
      const id = await send(cloud, instance, 'b 1/1 x');
      const state = async (): Promise<string | undefined> => done(await builder.commands([id])).get(id);
      expect(await state()).toBeUndefined();
      step(2 * oneSecond);
      expect(['waiting', 'running']).toContain(await state());
      step(60 * oneMinute);
      expect(await state()).toBe('done');
      const result = done(await builder.commandResult(instance, id));
      expect(result).toMatchObject({ exitCode: 0, status: 'Success' });
      expect(result.output).toContain('echo one');
      expect(result.logKeys.every((key) => key.startsWith(`amigraph/logs/b/1/${id}/${instance}/`))).toBe(
        true,
      );
      const [first = ''] = result.logKeys;
      expect(done(await store.get(first))?.text).toBe(result.output);
    });

    test('one that fails says how', async () => {
      const fault = { kind: 'fail-step', exitCode: 7, output: 'no space left' } as const;
      const cloud = await makeIt({
        faults: [{ operation: 'ssm:SendCommand', match: { Comment: '1/2' }, fault }],
      });
      const instance = await onlineInstance(cloud);
      const bad = await send(cloud, instance, 'b 1/2 x');
      const good = await send(cloud, instance, 'b 2/2 y');
      cloud.step(60 * oneMinute);
      const states = done(await cloud.builder.commands([bad, good]));
      expect([states.get(bad), states.get(good), states.size]).toEqual(['failed', 'done', 2]);
      const result = done(await cloud.builder.commandResult(instance, bad));
      expect(result).toMatchObject({ exitCode: 7, status: 'Failed' });
      expect(result.output).toContain('no space left');
    });

    test('AWS 6: one that takes too long is ended', async () => {
      const faults = [{ operation: 'ssm:SendCommand', fault: { kind: 'hang-step' } }] as const;
      const cloud = await makeIt({ faults });
      const instance = await onlineInstance(cloud);
      const id = await send(cloud, instance, 'b 1/1 x');
      cloud.step(59 * oneMinute);
      expect(done(await cloud.builder.commands([id])).get(id)).toBe('running');
      cloud.step(20 * oneMinute);
      expect(done(await cloud.builder.commands([id])).get(id)).toBe('failed');
      expect(done(await cloud.builder.commandResult(instance, id)).status).toBe('ExecutionTimedOut');
    });

    test('one that is cancelled has failed', async () => {
      const faults = [{ operation: 'ssm:SendCommand', fault: { kind: 'hang-step' } }] as const;
      const cloud = await makeIt({ faults });
      const instance = await onlineInstance(cloud);
      const id = await send(cloud, instance, 'b 1/1 x');
      cloud.step(oneMinute);
      done(await cloud.builder.cancel(id));
      cloud.step(oneMinute);
      expect(done(await cloud.builder.commands([id])).get(id)).toBe('failed');
      expect(done(await cloud.builder.commandResult(instance, id)).status).toBe('Cancelled');
    });

    test('to send to an instance without an agent is a refusal', async () => {
      const cloud = await makeIt();
      const instance = await onlineInstance(cloud);
      done(await cloud.builder.stop(instance));
      for (const id of [instance, instanceId('i-00000000000000000')])
        expect(refusal(await cloud.builder.send(requestOf(id, 'b 1/1 x')))).toBe('refused InvalidInstanceId');
    });

    describe('by its comment', () => {
      test('a command is found again, on its own instance', async () => {
        const cloud = await makeIt();
        const { builder, step } = cloud;
        const [a, b] = [await onlineInstance(cloud, 'a'), await onlineInstance(cloud, 'b')];
        const one = await send(cloud, a, 'b 1/2 x');
        const two = await send(cloud, a, 'b 2/2 y');
        step(5 * oneSecond);
        expect(done(await builder.findCommand(a, 'b 1/2 x'))).toBe(one);
        expect(done(await builder.findCommand(a, 'b 2/2 y'))).toBe(two);
        expect(done(await builder.findCommand(a, 'b 1/2'))).toBeUndefined();
        expect(done(await builder.findCommand(b, 'b 1/2 x'))).toBeUndefined();
      });

      test('AWS 5: one is found whose answer was lost, and it was sent once', async () => {
        const faults = [{ operation: 'ssm:SendCommand', fault: { kind: 'reset-after' } }] as const;
        const cloud = await makeIt({ faults });
        const instance = await onlineInstance(cloud);
        const sent = await cloud.builder.send(requestOf(instance, 'b 1/1 x'));
        expect(refusal(sent)).toMatch(/^unknown /);
        cloud.step(60 * oneMinute);
        const found = done(await cloud.builder.findCommand(instance, 'b 1/1 x')) ?? unknown;
        expect(done(await cloud.builder.commands([found])).get(found)).toBe('done');
        expect(done(await cloud.builder.commandResult(instance, found)).logKeys).toHaveLength(2);
      });

      test('one that was never sent is not there', async () => {
        const faults = [{ operation: 'ssm:SendCommand', fault: { kind: 'reset-before' } }] as const;
        const cloud = await makeIt({ faults });
        const instance = await onlineInstance(cloud);
        expect(refusal(await cloud.builder.send(requestOf(instance, 'b 1/1 x')))).toMatch(/^unknown /);
        cloud.step(60 * oneMinute);
        expect(done(await cloud.builder.findCommand(instance, 'b 1/1 x'))).toBeUndefined();
      });

      test('one is found behind many others', async () => {
        const cloud = await makeIt();
        const instance = await onlineInstance(cloud);
        const first = await send(cloud, instance, 'the first');
        for (let at = 0; at < 60; at += 1) {
          cloud.step(oneSecond);
          await send(cloud, instance, `other ${at}`);
        }
        cloud.step(5 * oneSecond);
        expect(done(await cloud.builder.findCommand(instance, 'the first'))).toBe(first);
      });
    });

    test('AWS 14: many are looked at together, one that nobody has is left out', async () => {
      const cloud = await makeIt();
      const [a, b] = [await onlineInstance(cloud, 'a'), await onlineInstance(cloud, 'b')];
      const early = await send(cloud, a, 'early');
      cloud.step(60 * oneMinute);
      const late: CommandId[] = [];
      for (let at = 0; at < 60; at += 1) {
        cloud.step(oneSecond / 2);
        late.push(await send(cloud, at % 2 === 0 ? a : b, `late ${at}`));
      }
      cloud.step(2 * oneSecond);
      const states = done(await cloud.builder.commands([early, ...late, unknown]));
      expect(states.get(early)).toBe('done');
      expect(late.every((id) => states.has(id))).toBe(true);
      expect(states.has(unknown)).toBe(false);
    });
  });
}
