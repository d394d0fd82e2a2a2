/** The leases of a process that was killed: listed, released and swept by the built program. */
import { expect, test } from 'vitest';
import { type CloudView, lookInto } from './cloud.ts';
import { makeWorkspace, type Workspace } from './rig.ts';

const slow = { AMIGRAPH_SANDBOX_SPEED: '1500' };
const one = { 'templates/a.yaml': 'software: { spack_packages: [gcc@13.2.0] }\n' };

interface Left {
  readonly workspace: Workspace;
  readonly cloud: CloudView;
  readonly key: string;
  readonly digest: string;
  /** The first 16 digits of it. */
  readonly hash: string;
  readonly lease: {
    readonly since: string;
    readonly holder: { readonly user: string; readonly host: string };
    readonly journal: { readonly buildId: string; readonly instance: string };
  };
}

/** A build of `a` that was killed in the middle of a step. */
async function killed(): Promise<Left> {
  const workspace = await makeWorkspace(one);
  const run = workspace.start(['build', 'a', '--json'], slow);
  await run.line((line) => line.includes('"step-started"') && line.includes('package gcc'));
  run.child.kill('SIGKILL');
  await run.ended;
  const cloud = await lookInto(workspace.folder);
  const keys = await cloud.store.list('amigraph/leases/');
  const key = (keys.ok && keys.value[0]) || '';
  const stored = await cloud.store.get(key);
  const lease = JSON.parse((stored.ok && stored.value?.text) || '{}') as Left['lease'];
  const digest = key.slice(-69, -5);
  return { workspace, cloud, key, digest, hash: digest.slice(0, 16), lease };
}

const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
const who = ({ holder }: Left['lease']): string => `${holder.user}@${holder.host}`;

test('where nothing is held, it says so', async () => {
  const workspace = await makeWorkspace(one);
  const stderr = 'no lease is held in us-west-2\n';
  expect(await workspace.run(['leases'])).toEqual({ code: 0, stdout: '', stderr });
  expect(await workspace.run(['leases', '--json'])).toEqual({ code: 0, stdout: '[]\n', stderr });
  expect(await workspace.run(['leases', 'release', 'a'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: "a" names no lease that is held in us-west-2\n  cure: none is held: there is nothing to release\n',
  });
  const nothing = 'nothing to sweep in us-west-2\n';
  expect(await workspace.run(['leases', 'sweep'])).toEqual({ code: 0, stdout: nothing, stderr: '' });
});

test('leases lists what is held, and names what is no lease', async () => {
  const { workspace, cloud, key, digest, hash, lease } = await killed();
  await cloud.store.put('amigraph/leases/us-west-2/notes.txt', 'hello', { absent: true });
  const { buildId, instance } = lease.journal;
  const warning =
    'warning: s3://amigraph-sandbox/amigraph/leases/us-west-2/notes.txt is no lease that this amigraph can use\n  cure: use a newer one if that wrote it, and remove the object only if nothing needs it\n';
  const cells = [
    ['TEMPLATE', 'HASH', 'HOLDER', 'SINCE', 'AT', 'BUILD', 'INSTANCE'],
    ['a', hash, who(lease), minute(lease.since), 'package gcc@13.2.0', buildId, instance],
  ];
  const { code, stdout, stderr } = await workspace.run(['leases']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: warning });
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual(cells);
  const json = await workspace.run(['leases', '--json']);
  expect({ code: json.code, stderr: json.stderr }).toEqual({ code: 0, stderr: warning });
  expect(JSON.parse(json.stdout)).toEqual([
    {
      key,
      template: 'a',
      digest,
      token: 1,
      holder: who(lease),
      since: lease.since,
      step: 'package gcc@13.2.0',
      buildId,
      instance,
      image: null,
    },
  ]);
});

test('leases release: what is meant, what it means, and a yes that cannot be asked for', async () => {
  const { workspace, cloud, key, digest, hash, lease } = await killed();
  const release = (...args: string[]) => workspace.run(['leases', 'release', ...args]);
  expect(await release('gromacs')).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: "gromacs" names no lease that is held in us-west-2\n  cure: a template, a key or four digits of a digest will do; these are held: a (${hash})\n`,
  });
  const { buildId, instance } = lease.journal;
  const told = [
    `a (${hash}): held by ${who(lease)} since ${minute(lease.since)}, at package gcc@13.2.0, build ${buildId}`,
    'to release it means:',
    '  its build is given up, and the next run begins anew',
    `  its instance ${instance} is ended`,
    '  the holder, if it is alive, finds its lease gone when it comes further, and stops without touching anything',
    '',
  ].join('\n');
  for (const word of ['a', key, digest, digest.slice(0, 4)])
    expect(await release(word)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${told}error: there is no terminal to ask on whether it is to be released\n  cure: say --yes\n`,
    });
  expect(await cloud.instances()).toEqual(['running']);
  expect(await release('a', '--yes')).toEqual({
    code: 0,
    stdout: `a (${hash}) is released: ended ${instance}\n`,
    stderr: told,
  });
  expect(await cloud.instances()).toEqual(['terminated']);
  expect(await release(digest.slice(0, 8))).toEqual({
    code: 0,
    stdout: '',
    stderr: `nobody holds ${key}\n`,
  });
});

test('leases sweep: a killed process is found dead, in words and as JSON', async () => {
  const { workspace, cloud, key, hash, lease } = await killed();
  const { buildId, instance } = lease.journal;
  const stderr = 'watching 1 lease for up to 7.5 s, to see whether its holder is alive\n';
  expect(await workspace.run(['leases', 'sweep', '--dry-run'])).toEqual({
    code: 0,
    stdout:
      `lease ${hash} of a: its holder is dead: would be released\n` +
      `instance ${instance} of a, build ${buildId}: no run has it: would be ended\n` +
      'would release 1 lease, end 1 instance\n',
    stderr,
  });
  const swept = await workspace.run(['leases', 'sweep', '--json']);
  expect({ code: swept.code, stderr: swept.stderr }).toEqual({ code: 0, stderr });
  expect(JSON.parse(swept.stdout)).toEqual({
    instances: [{ instance, template: 'a', buildId, verdict: 'orphan', ended: true }],
    leases: [{ key, template: 'a', verdict: 'dead', released: true }],
    images: [],
  });
  expect(await cloud.instances()).toEqual(['terminated']);
});

test('leases sweep watches any number of leases in the time of one', async () => {
  const workspace = await makeWorkspace(one);
  await workspace.run(['leases']);
  const { store } = await lookInto(workspace.folder);
  const body = {
    version: 1,
    state: 'held',
    token: 3,
    nonce: 'n',
    ttlMs: 5000,
    holder: { run: 'r', host: 'build-7', user: 'ada' },
    since: '2026-11-23T04:12:00Z',
    journal: null,
  };
  const keys = Array.from(
    { length: 12 },
    (_, at) => `amigraph/leases/us-west-2/${String(at).padStart(64, '0')}.json`,
  );
  for (const key of keys) await store.put(key, JSON.stringify(body), { absent: true });
  const { stdout, ...rest } = await workspace.run(['leases', 'sweep', '--json']);
  expect(rest).toEqual({
    code: 0,
    stderr: 'watching 12 leases for up to 7.5 s, to see whether their holders are alive\n',
  });
  expect(JSON.parse(stdout)).toEqual({
    instances: [],
    leases: keys.map((key) => ({ key, template: null, verdict: 'dead', released: true })),
    images: [],
  });
  expect((await workspace.run(['leases'])).stderr).toBe('no lease is held in us-west-2\n');
});
