/** What every Builder holds to where instances and images are concerned: launches and images that are asked for twice are made once. */
import { describe, expect, test } from 'vitest';
import { byCodeUnits } from '../../src/core/order.ts';
import { imageId, instanceId } from '../../src/core/ids.ts';
import { oneMinute, oneSecond } from '../sandbox/rig.ts';
import { baseImage, done, launchOf, type MakeCloud, onlineInstance, refusal } from './cloud.ts';

const unknown = instanceId('i-00000000000000000');

export function builderContract(name: string, makeIt: MakeCloud): void {
  describe(`Builder: ${name}`, () => {
    describe('a launch', () => {
      test('AWS 4: with the same token gives the same instance, with another another', async () => {
        const cloud = await makeIt();
        const { builder } = cloud;
        const image = await baseImage(cloud);
        const first = done(await builder.launch(launchOf(image, 'one')));
        expect(done(await builder.launch(launchOf(image, 'one')))).toBe(first);
        const second = done(await builder.launch(launchOf(image, 'two')));
        expect(second).not.toBe(first);
        const all = await Promise.all([1, 2, 3, 4].map(() => builder.launch(launchOf(image, 'three'))));
        expect(new Set(all.map(done)).size).toBe(1);
      });

      test('AWS 4: with the same token for something else is a refusal', async () => {
        const cloud = await makeIt();
        const image = await baseImage(cloud);
        done(await cloud.builder.launch(launchOf(image, 'one')));
        const other = { ...launchOf(image, 'one'), volumeGb: 9 };
        expect(refusal(await cloud.builder.launch(other))).toBe('refused IdempotentParameterMismatch');
      });

      test('from an image that nobody has is a refusal', async () => {
        const { builder } = await makeIt();
        const request = launchOf(imageId('ami-00000000000000000'), 'one');
        expect(refusal(await builder.launch(request))).toBe('refused InvalidAMIID.NotFound');
      });

      test('AWS 4: whose answer is lost is still one instance', async () => {
        const faults = [{ operation: 'ec2:RunInstances', fault: { kind: 'reset-after' } }] as const;
        const cloud = await makeIt({ faults });
        const request = launchOf(await baseImage(cloud), 'one', { BuildId: 'b' });
        expect(refusal(await cloud.builder.launch(request))).toMatch(/^unknown /);
        const id = done(await cloud.builder.launch(request));
        cloud.step(oneMinute);
        expect(done(await cloud.builder.instancesTagged('BuildId', 'b'))).toMatchObject([
          { id, tags: { BuildId: 'b' } },
        ]);
      });
    });

    describe('an instance', () => {
      test('comes into sight, runs, takes commands, stops and ends', async () => {
        const cloud = await makeIt();
        const { builder, step } = cloud;
        const id = done(await builder.launch(launchOf(await baseImage(cloud), 'one')));
        const state = async (): Promise<string | undefined> =>
          done(await builder.instances([id])).get(id)?.state;
        const online = async (): Promise<boolean> => done(await builder.online([id])).has(id);
        expect([await state(), await online()]).toEqual([undefined, false]);
        step(2 * oneSecond);
        expect([await state(), await online()]).toEqual(['pending', false]);
        step(25 * oneSecond);
        expect([await state(), await online()]).toEqual(['running', false]);
        step(oneMinute);
        expect([await state(), await online()]).toEqual(['running', true]);
        done(await builder.stop(id));
        expect([await state(), await online()]).toEqual(['stopping', false]);
        step(oneMinute);
        expect(await state()).toBe('stopped');
        done(await builder.stop(id));
        expect(await state()).toBe('stopped');
        done(await builder.terminate(id));
        step(oneMinute);
        expect([await state(), await online()]).toEqual(['terminated', false]);
        done(await builder.terminate(id));
      });

      test('without room for it is refused as such, by one call', async () => {
        const faults = [
          { operation: 'ec2:RunInstances', fault: { kind: 'lost-capacity', later: false } },
        ] as const;
        const cloud = await makeIt({ faults });
        const request = launchOf(await baseImage(cloud), 'one');
        expect(refusal(await cloud.builder.launch(request))).toBe('no-capacity InsufficientInstanceCapacity');
        done(await cloud.builder.launch(request));
      });

      test('has the wanted root volume, whatever its image calls it', async () => {
        const { builder, registry, step } = await makeIt();
        const [ubuntu] = done(
          await registry.findPublished('aws-parallelcluster-*-ubuntu-2404-lts-hvm-x86_64*'),
        );
        if (ubuntu === undefined) throw new Error('the cloud has no such image');
        const instance = done(await builder.launch({ ...launchOf(ubuntu.id, 'one'), volumeGb: 77 }));
        step(2 * oneMinute);
        const image = done(await builder.createImage({ instance, name: 'root', description: '', tags: {} }));
        step(60 * oneMinute);
        expect(done(await registry.find(image))?.sizeGb).toBe(77);
      });

      test('that was ended says why', async () => {
        const faults = [
          { operation: 'ec2:RunInstances', fault: { kind: 'lost-capacity', later: true } },
        ] as const;
        const cloud = await makeIt({ faults });
        const request = { ...launchOf(await baseImage(cloud), 'one'), spot: true };
        const id = done(await cloud.builder.launch(request));
        cloud.step(5 * oneMinute);
        const view = done(await cloud.builder.instances([id])).get(id);
        expect(view?.state).toBe('terminated');
        expect(view?.reason).toBe('Server.InsufficientInstanceCapacity');
        expect(view?.why).toMatch(/capacity/i);
      });

      test('that nobody has is left out, and does not hide the others', async () => {
        const cloud = await makeIt();
        const { builder } = cloud;
        const id = await onlineInstance(cloud);
        expect([...done(await builder.instances([unknown, id])).keys()]).toEqual([id]);
        expect([...done(await builder.online([unknown, id]))]).toEqual([id]);
        expect(done(await builder.instances([unknown])).size).toBe(0);
      });

      test('that nobody has cannot be stopped or ended', async () => {
        const { builder } = await makeIt();
        expect(refusal(await builder.stop(unknown))).toBe('refused InvalidInstanceID.NotFound');
        expect(refusal(await builder.terminate(unknown))).toBe('refused InvalidInstanceID.NotFound');
      });

      test('is found by its tag while it lives', async () => {
        const cloud = await makeIt();
        const { builder, step } = cloud;
        const image = await baseImage(cloud);
        const a = done(await builder.launch(launchOf(image, 'a', { BuildId: 'x' })));
        const b = done(await builder.launch(launchOf(image, 'b', { BuildId: 'x' })));
        done(await builder.launch(launchOf(image, 'c', { BuildId: 'xy', Other: 'x' })));
        step(oneMinute);
        const found = async (): Promise<string[]> =>
          done(await builder.instancesTagged('BuildId', 'x'))
            .map(({ id }) => id)
            .toSorted(byCodeUnits);
        expect(await found()).toEqual([a, b].toSorted(byCodeUnits));
        done(await builder.stop(a));
        done(await builder.terminate(b));
        step(oneMinute);
        expect(await found()).toEqual([a]);
        expect(done(await builder.instancesTagged('BuildId', 'z'))).toEqual([]);
      });

      test('takes tags beside those that it has', async () => {
        const cloud = await makeIt();
        const instance = await onlineInstance(cloud);
        done(await cloud.builder.tag(instance, { Kept: 'now' }));
        expect(done(await cloud.builder.instancesTagged('Kept', 'now'))).toEqual([
          { id: instance, tags: { ManagedBy: 'amigraph', Kept: 'now' } },
        ]);
        expect(refusal(await cloud.builder.tag(unknown, { Kept: 'now' }))).toBe(
          'refused InvalidInstanceID.NotFound',
        );
      });

      test('AWS 14: many are looked at together, more than one call or page takes', async () => {
        const cloud = await makeIt();
        const image = await baseImage(cloud);
        const ids = await Promise.all(
          Array.from({ length: 60 }, async (_, at) =>
            done(await cloud.builder.launch(launchOf(image, `t${at}`))),
          ),
        );
        cloud.step(2 * oneMinute);
        const views = done(await cloud.builder.instances(ids));
        expect([...views.values()].every(({ state }) => state === 'running')).toBe(true);
        expect(views.size).toBe(60);
        expect(done(await cloud.builder.online(ids)).size).toBe(60);
        const others = Array.from({ length: 250 }, (_, at) =>
          instanceId(`i-${String(at).padStart(17, '0')}`),
        );
        expect(done(await cloud.builder.instances([...others, ...ids])).size).toBe(60);
        expect(done(await cloud.builder.online([...others, ...ids])).size).toBe(60);
      });
    });

    describe('an image', () => {
      const request = {
        name: 'amigraph/x/1',
        description: 'd',
        tags: { ManagedBy: 'amigraph', BuildId: 'b' },
      };

      test('AWS 3: of a name is made once: to ask again finds it', async () => {
        const cloud = await makeIt();
        const { builder, registry, step } = cloud;
        const instance = await onlineInstance(cloud);
        done(await builder.stop(instance));
        step(oneMinute);
        const id = done(await builder.createImage({ ...request, instance }));
        expect(done(await builder.createImage({ ...request, instance }))).toBe(id);
        step(60 * oneMinute);
        expect(done(await builder.createImage({ ...request, instance }))).toBe(id);
        const [image, ...others] = done(await registry.findByTag('BuildId', ['b']));
        expect(others).toEqual([]);
        expect(image).toMatchObject({ id, name: request.name, state: 'available', tags: request.tags });
        const other = done(await builder.createImage({ ...request, instance, name: 'amigraph/x/2' }));
        expect(other).not.toBe(id);
      });

      test('AWS 3: whose answer is lost is still one image', async () => {
        const faults = [{ operation: 'ec2:CreateImage', fault: { kind: 'reset-after' } }] as const;
        const cloud = await makeIt({ faults });
        const instance = await onlineInstance(cloud);
        const id = done(await cloud.builder.createImage({ ...request, instance }));
        cloud.step(60 * oneMinute);
        expect(done(await cloud.registry.findByTag('BuildId', ['b'])).map((one) => one.id)).toEqual([id]);
      });

      test('of an instance that nobody has is a refusal', async () => {
        const { builder } = await makeIt();
        expect(refusal(await builder.createImage({ ...request, instance: unknown }))).toBe(
          'refused InvalidInstanceID.NotFound',
        );
      });

      test('is what the next launch may stand on', async () => {
        const cloud = await makeIt();
        const instance = await onlineInstance(cloud);
        const image = done(await cloud.builder.createImage({ ...request, instance }));
        cloud.step(3 * oneSecond);
        expect(refusal(await cloud.builder.launch(launchOf(image, 'two')))).toMatch(
          /^refused InvalidAMIID\./,
        );
        cloud.step(60 * oneMinute);
        expect(done(await cloud.builder.launch(launchOf(image, 'three')))).toMatch(/^i-/);
      });
    });
  });
}
