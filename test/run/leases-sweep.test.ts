/** `leases sweep` on the stepped clock: what nobody comes back for is ended, and what somebody has is not. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import {
  ask,
  cloudOf,
  deadBuild,
  imageStates,
  instancesOf,
  launchLike,
  leaseTexts,
  tag,
} from './leases-rig.ts';
import { last, makeWorld, one, stepStarted, type World } from './rig.ts';

const sweep = (world: World, ...options: string[]) => ask(world, ['leases', 'sweep', ...options]);
const watching = 'watching 1 lease for up to 3 min, to see whether its holder is alive\n';

/** A build that is over, and whose instance could not be ended. */
async function orphan(world: World): Promise<void> {
  const run = world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  await run.code;
  expect(last(run)).toMatchObject({ built: ['a'] });
}
/** Any call that changes anything fails. */
const noWrites = JSON.stringify(
  [
    's3:PutObject',
    's3:DeleteObject',
    'ec2:TerminateInstances',
    'ec2:CreateTags',
    'ec2:DeregisterImage',
    'ec2:DeleteSnapshot',
  ].map((operation) => ({
    operation,
    times: 'always',
    fault: { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' },
  })),
);
const refused = {
  ...one,
  'faults.json': JSON.stringify([
    {
      operation: 'ec2:TerminateInstances',
      times: 'always',
      fault: { kind: 'error', code: 'UnauthorizedOperation', status: 403, message: 'no' },
    },
  ]),
};

test('a dead holder: after 3 min its lease is released and its instance ended', async () => {
  const world = await makeWorld(one);
  const run = await deadBuild(world);
  const cloud = await cloudOf(world);
  const [instance] = await instancesOf(cloud);
  const [key = ''] = Object.keys(await leaseTexts(cloud));
  const buildId = instance?.tags['BuildId'];
  const before = await leaseTexts(cloud);
  const began = world.clock.now();
  const lines = (released: string, ended: string, summary: string): string =>
    `lease ${key.slice(-69, -53)} of a: its holder is dead: ${released}\n` +
    `instance ${instance?.id} of a, build ${buildId}: no run has it: ${ended}\n${summary}\n`;

  await world.write('faults.json', noWrites);
  const env = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };
  expect(await ask(world, ['leases', 'sweep', '--dry-run'], { env })).toEqual({
    code: 0,
    stdout: lines('would be released', 'would be ended', 'would release 1 lease, end 1 instance'),
    stderr: watching,
  });
  expect(world.clock.now() - began).toBeGreaterThanOrEqual(180_000);
  expect(await leaseTexts(cloud)).toEqual(before);
  expect(await cloud.instances()).toEqual(['running']);

  expect(await sweep(world)).toEqual({
    code: 0,
    stdout: lines('released', 'ended', 'released 1 lease, ended 1 instance'),
    stderr: watching,
  });
  expect(await cloud.instances()).toEqual(['terminated']);
  expect(await sweep(world)).toEqual({ code: 0, stdout: 'nothing to sweep in us-west-2\n', stderr: '' });
  run.thaw();
  expect(await run.code).toBe(1);
  expect(await world.start(['build', 'a']).code).toBe(0);
});

test('an orphan under a free lease is ended at once; where it cannot be, it is named', async () => {
  const world = await makeWorld(refused);
  await orphan(world);
  const cloud = await cloudOf(world);
  const [instance] = await instancesOf(cloud);
  const began = world.clock.now();
  const failed = await ask(world, ['leases', 'sweep'], { env: { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' } });
  expect(failed).toEqual({
    code: 1,
    stdout:
      `instance ${instance?.id} of a, build ${instance?.tags['BuildId']}: no run has it: not ended\n` +
      'could not end 1 instance\n',
    stderr:
      `warning: instance ${instance?.id} could not be ended: ec2:TerminateInstances is not allowed: no\n` +
      '  cure: allow it to whoever runs amigraph: docs/aws-setup.md has the whole policy; ' +
      `end it: aws ec2 terminate-instances --region us-west-2 --instance-ids ${instance?.id}\n`,
  });
  expect(world.clock.now() - began).toBeGreaterThan(0);
  const swept = await sweep(world, '--json');
  expect(swept).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(swept.stdout)).toEqual({
    instances: [
      {
        instance: instance?.id,
        template: 'a',
        buildId: instance?.tags['BuildId'],
        verdict: 'orphan',
        ended: true,
      },
    ],
    leases: [],
    images: [],
  });
  expect(await cloud.instances()).toEqual(['terminated']);
});

test('what a living holder has is left alone, also what a build before it has left', async () => {
  const world = await makeWorld(refused);
  const run = world.start(['build', 'a']);
  await run.event(stepStarted('gcc'));
  const cloud = await cloudOf(world);
  const [mine] = await instancesOf(cloud);
  const older = await launchLike(cloud, mine ?? { id: '', tags: {} }, { BuildId: '20260101-0000-aa-bb' });
  const swept = await sweep(world, '--json');
  expect(swept).toMatchObject({ code: 0, stderr: watching });
  const { instances, leases, images } = JSON.parse(swept.stdout) as Record<string, Record<string, unknown>[]>;
  expect(instances?.map(({ verdict, ended }) => ({ verdict, ended }))).toEqual([
    { verdict: 'in-use', ended: false },
    { verdict: 'in-use', ended: false },
  ]);
  expect(new Set(instances?.map(({ instance }) => instance))).toEqual(new Set([mine?.id, older]));
  expect(leases).toEqual([{ key: expect.any(String), template: 'a', verdict: 'alive', released: false }]);
  expect(images).toEqual([]);
  expect(await cloud.instances()).toEqual(['running', 'running']);
  expect(await run.code).toBe(0);
});

test('a kept instance and one of another bucket are left alone', async () => {
  const world = await makeWorld(refused);
  await orphan(world);
  const cloud = await cloudOf(world);
  const [instance] = await instancesOf(cloud);
  if (instance === undefined) throw new Error('no instance is left');
  const { Lease = '' } = instance.tags;
  await launchLike(cloud, instance, { Lease: Lease.replace('amigraph-sandbox', 'theirs') });
  await tag(cloud, instance.id, 'Kept', '2026-01-05T09:00:00Z');
  expect(await sweep(world)).toEqual({
    code: 0,
    stdout:
      `instance ${instance.id} of a, build ${instance.tags['BuildId']}: kept for a look; to end it: aws ec2 terminate-instances --region us-west-2 --instance-ids ${instance.id}\n` +
      'nothing to sweep in us-west-2\n',
    stderr: '1 instance of leases in other buckets is left alone\n',
  });
  expect(await cloud.instances()).not.toContain('terminated');

  const beside = await launchLike(cloud, { ...instance, tags: { ...instance.tags, BuildId: 'x' } }, {});
  const swept = await sweep(world, '--json');
  expect(swept.code).toBe(0);
  const { instances } = JSON.parse(swept.stdout) as { instances: Record<string, unknown>[] };
  expect(new Map(instances.map((it) => [it['instance'], [it['verdict'], it['ended']]]))).toEqual(
    new Map([
      [instance.id, ['kept', false]],
      [beside, ['orphan', true]],
    ]),
  );
  const states = new Map((await instancesOf(cloud)).map(({ id, state }) => [id, state]));
  expect([states.get(instance.id), states.get(beside)]).toEqual(['stopped', 'terminated']);
});

test('a lease whose object was removed is made anew, above what the manifest has seen', async () => {
  const world = await makeWorld(refused);
  await orphan(world);
  const cloud = await cloudOf(world);
  const [key = ''] = Object.keys(await leaseTexts(cloud));
  await cloud.s3.send(new DeleteObjectCommand({ Bucket: 'amigraph-sandbox', Key: key }));
  expect(await sweep(world)).toMatchObject({ code: 0, stderr: '' });
  expect(await cloud.instances()).toEqual(['terminated']);
  expect(JSON.parse((await leaseTexts(cloud))[key] ?? '')).toMatchObject({ state: 'free', token: 2 });
});

test('AWS 17: an image that could not be made is removed with its snapshots, unless its lease is held by the living', async () => {
  const world = await makeWorld({
    ...one,
    'faults.json': JSON.stringify([
      { operation: 'ec2:CreateImage', times: 'always', fault: { kind: 'image-failed', message: 'm' } },
    ]),
  });
  const run = world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  expect(await run.code).toBe(1);
  const cloud = await cloudOf(world);
  const again = world.start(['build', 'a']);
  await again.event(stepStarted('gcc'));
  expect(JSON.parse((await sweep(world, '--json')).stdout)).toMatchObject({ images: [] });
  again.interrupt();
  expect(await again.code).toBe(130);

  const dry = await sweep(world, '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(dry.stdout).toMatch(
    /^image ami-\w+ of a could not be made: would be removed\nwould remove 1 image\n$/,
  );
  expect(await imageStates(cloud)).toEqual(['failed']);
  const swept = await sweep(world);
  expect(swept).toMatchObject({ code: 0, stderr: '' });
  expect(swept.stdout).toMatch(/^image ami-\w+ of a could not be made: removed\nremoved 1 image\n$/);
  // EC2 shows it for a while yet.
  expect(await imageStates(cloud)).toEqual(['deregistered']);
  expect(await cloud.snapshotTags()).toEqual([]);
});

test('AWS 17: an image that is protected stays, with what to do', async () => {
  const world = await makeWorld({
    ...one,
    'faults.json': JSON.stringify([
      { operation: 'ec2:CreateImage', times: 'always', fault: { kind: 'image-failed', message: 'm' } },
      {
        operation: 'ec2:DeregisterImage',
        // Two were removed when another one was made in their place.
        skip: 2,
        fault: { kind: 'error', code: 'OperationNotPermitted', message: 'The image is protected.' },
      },
    ]),
  });
  const env = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };
  expect(await world.start(['build', 'a'], env).code).toBe(1);
  const swept = await ask(world, ['leases', 'sweep'], { env });
  expect(swept.code).toBe(1);
  expect(swept.stdout).toMatch(
    /^image ami-\w+ of a could not be made: not removed\ncould not remove 1 image\n$/,
  );
  expect(swept.stderr).toMatch(
    /^warning: image ami-\w+ could not be made and could not be removed: ec2:DeregisterImage failed: OperationNotPermitted: The image is protected\.\n {2}cure: it is protected: aws ec2 disable-image-deregistration-protection --image-id ID, then remove it; where that has a cooldown, 24 hours later\n$/,
  );
});

test('interrupted while it watches, it does nothing', async () => {
  const world = await makeWorld(one);
  await deadBuild(world);
  const interrupted = new AbortController();
  const swept = await ask(world, ['leases', 'sweep'], {
    interrupted: interrupted.signal,
    heard: (part) => {
      if (part === watching) void world.clock.sleep(30_000).then(() => interrupted.abort());
    },
  });
  expect(swept).toEqual({
    code: 130,
    stdout: expect.stringMatching(
      /^lease \w{16} of a: whether its holder is alive is not known: left\ninstance .*: whether a run has it is not known: left; if none has, to end it: aws ec2 terminate-instances --region us-west-2 --instance-ids i-\w+\nnothing was done\n$/,
    ),
    stderr: `${watching}interrupted: finishing what was begun; the same signal once more leaves it as it is\n`,
  });
  const cloud = await cloudOf(world);
  expect(await cloud.instances()).toEqual(['running']);
  expect(Object.values(await leaseTexts(cloud))[0]).toContain('"token": 1,');
});
