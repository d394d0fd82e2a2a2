/** `leases` and `leases release` on the stepped clock: a build is given up, whether its holder is dead or alive. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { valueOf } from '../unit/rig.ts';
import { ask, changeLease, cloudOf, deadBuild, instancesOf, leaseTexts } from './leases-rig.ts';
import { last, makeWorld, one, stepStarted, steps } from './rig.ts';

test('a dead holder: its instance is ended, its lease is free, and the next run begins anew', async () => {
  const world = await makeWorld(one);
  await deadBuild(world);
  const cloud = await cloudOf(world);
  const [instance] = await instancesOf(cloud);
  const [key = ''] = Object.keys(await leaseTexts(cloud));
  const digest = key.slice(-69, -5);
  const listed = await ask(world, ['leases', '--json']);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(listed.stdout)).toEqual([
    {
      key,
      template: 'a',
      digest,
      token: 1,
      holder: expect.stringMatching(/^person-\d+@test$/),
      since: expect.stringMatching(/^2026-01-05T08:/),
      step: 'package gcc@13.2.0',
      buildId: instance?.tags['BuildId'],
      instance: instance?.id,
      image: null,
    },
  ]);

  const released = await ask(world, ['leases', 'release', 'a', '--yes']);
  expect(released).toEqual({
    code: 0,
    stdout: `a (${digest.slice(0, 16)}) is released: ended ${instance?.id}\n`,
    stderr: expect.stringContaining(`  its instance ${instance?.id} is ended\n`),
  });
  expect(await cloud.instances()).toEqual(['terminated']);
  expect(JSON.parse((await leaseTexts(cloud))[key] ?? '')).toMatchObject({
    state: 'free',
    token: 2,
    journal: null,
    holder: { user: 'admin', host: 'desk' },
  });
  expect(await ask(world, ['leases'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'no lease is held in us-west-2\n',
  });
  expect(await ask(world, ['leases', 'release', key])).toEqual({
    code: 0,
    stdout: '',
    stderr: `nobody holds ${key}\n`,
  });
  const next = world.start(['build', 'a']);
  expect(await next.code).toBe(0);
  expect(steps(next)).toHaveLength(6);
});

test('a living holder finds its lease gone and touches nothing; a third run builds', async () => {
  const world = await makeWorld(one);
  const run = world.start(['build', 'a']);
  await run.event(stepStarted('gcc'));
  const released = await ask(world, ['leases', 'release', 'a', '--yes']);
  expect(released.code).toBe(0);
  const third = world.start(['build', 'a']);
  await third.event(stepStarted('launch'));
  expect(await run.code).toBe(1);
  expect(run.events.find(({ type }) => type === 'image-finished')).toMatchObject({
    trouble: { code: 'lease-lost', holder: expect.stringMatching(/^(admin@desk|person-\d+@test)$/) },
  });
  expect(await third.code).toBe(0);
  expect(last(third)).toMatchObject({ built: ['a'] });
  const cloud = await cloudOf(world);
  expect(await cloud.instances()).toEqual(['terminated', 'terminated']);
  expect(await cloud.imageTags()).toHaveLength(1);
});

test('the answer to the question decides, and a holder that is heard of meanwhile is alive', async () => {
  const world = await makeWorld(one);
  const run = world.start(['build', 'a']);
  await run.event(stepStarted('gcc'));
  const cloud = await cloudOf(world);
  const no = await ask(world, ['leases', 'release', 'a'], { type: () => Promise.resolve('') });
  expect(no).toMatchObject({ code: 1, stdout: '' });
  expect(no.stderr).toMatch(/\nrelease it\? \[y\/N\] not released: nothing was changed\n$/);

  const late = await ask(world, ['leases', 'release', 'a'], {
    type: async () => {
      await world.clock.sleep(90_000);
      return 'y';
    },
  });
  expect(late).toMatchObject({ code: 1, stdout: '' });
  expect(late.stderr).toMatch(
    /\[y\/N\] its holder has been heard of meanwhile: it is alive; ask again if you mean it\n$/,
  );
  expect(await cloud.instances()).toEqual(['running']);
  run.freeze();
  const yes = await ask(world, ['leases', 'release', 'a'], { type: () => Promise.resolve('Yes') });
  expect(yes.code).toBe(0);
  expect(await cloud.instances()).toEqual(['terminated']);
});

test('a heartbeat that is removed during the question is no sign of life', async () => {
  const world = await makeWorld(one);
  const run = world.start(['build', 'a']);
  await run.event(stepStarted('gcc'));
  const cloud = await cloudOf(world);
  const heartbeats = async (): Promise<string[]> => valueOf(await cloud.store.list('amigraph/heartbeats/'));
  while ((await heartbeats()).length === 0) await world.clock.sleep(10_000);
  run.freeze();
  const released = await ask(world, ['leases', 'release', 'a'], {
    type: async () => {
      const [Key = ''] = await heartbeats();
      await cloud.s3.send(new DeleteObjectCommand({ Bucket: 'amigraph-sandbox', Key }));
      return 'y';
    },
  });
  expect(released).toMatchObject({ code: 0, stdout: expect.stringContaining('is released: ended i-') });
});

test('a launch that was never answered: its instance is found and ended', async () => {
  const world = await makeWorld(one);
  await deadBuild(world);
  const cloud = await cloudOf(world);
  const [key = ''] = Object.keys(await leaseTexts(cloud));
  await changeLease(cloud, key, (body) => {
    Object.assign(body['journal'] as object, { instance: null, steps: [], running: null });
  });
  const { code, stderr } = await ask(world, ['leases', 'release', key.slice(-69, -60), '--yes']);
  expect(code).toBe(0);
  expect(stderr).toContain(
    '  its instance is looked for and ended: whether its launch has come to one is not known yet\n',
  );
  expect(await cloud.instances()).toEqual(['terminated']);
});

test('AWS 2: an instance that was launched a moment ago and that no answer shows yet is ended too', async () => {
  const world = await makeWorld({
    ...one,
    'faults.json': JSON.stringify([{ operation: 'ec2:RunInstances', fault: { kind: 'hidden', ms: 60_000 } }]),
  });
  const run = world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  const cloud = await cloudOf(world);
  while (!Object.values(await leaseTexts(cloud)).some((text) => text.includes('"instance": "i-')))
    await world.clock.sleep(200);
  run.freeze();
  expect(await instancesOf(cloud)).toEqual([]);
  expect(await ask(world, ['leases', 'release', 'a', '--yes'])).toMatchObject({ code: 0 });
  expect(await cloud.instances()).toEqual(['terminated']);
});
