/** The main job: what is missing is built, what is there is reused, and all of it can be seen. */
import { describe, expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { events, finished, type JsonEvent, makeWorkspace, threeTemplates } from './rig.ts';

const names = ['foundation', 'gromacs', 'namd'];

describe('build --all', () => {
  test('builds everything once, then nothing, and says why', async () => {
    const workspace = await makeWorkspace();
    const first = await workspace.run(['build', '--all']);
    expect(first).toMatchObject({ code: 0 });
    const [answer = '', forCluster = ''] = first.stdout.split('\nFor ParallelCluster:\n');
    expect(answer.split('\n').map((line) => line.split(/ +/).slice(0, 2).join(' '))).toEqual([
      'foundation built',
      'gromacs built',
      'namd built',
      '',
    ]);
    expect(forCluster).toMatch(
      /^ {2}Image: \{ Os: alinux2023, CustomAmi: ami-\w+ \} # foundation\n(.*\n){2} {2}# ParallelCluster takes only images .*\n$/,
    );
    expect(first.stderr).toContain('steps are simulated: bubblewrap is not installed\n');
    expect(first.stderr).toContain('gromacs: build: no image has this digest\n');

    const second = await workspace.run(['build', '--all']);
    expect(second).toMatchObject({
      code: 0,
      stdout: answer.replaceAll('built', 'reused'),
    });
    for (const name of names) {
      expect(second.stderr).toMatch(
        new RegExp(
          `^${name}: reuse: ami-[0-9a-f]{17} is available and has this digest \\(made .* by build .*\\)$`,
          'm',
        ),
      );
    }
    expect(second.stderr).toMatch(/done in .*: 0 built, 3 reused\n$/);
  });

  test('leaves tagged images and snapshots, no instance, and every lease free', async () => {
    const workspace = await makeWorkspace();
    await workspace.run(['build', '--all']);
    const cloud = await lookInto(workspace.folder);

    expect((await cloud.instances()).filter((state) => state !== 'terminated')).toEqual([]);
    const tags = await cloud.imageTags();
    expect(new Set(tags.map((one) => one['TemplateName']))).toEqual(new Set(names));
    expect(tags).toHaveLength(names.length);
    for (const one of [...tags, ...(await cloud.snapshotTags())]) {
      expect(Object.keys(one).toSorted()).toEqual([
        'BaseAMI',
        'BaseTemplate',
        'BuildDate',
        'BuildId',
        'ManagedBy',
        'Name',
        'Region',
        'TemplateDigest',
        'TemplateHash',
        'TemplateName',
        'Workspace',
      ]);
      expect(one).toMatchObject({ ManagedBy: 'amigraph', Region: 'us-west-2', Workspace: 'test' });
      expect(one['TemplateHash']).toBe(one['TemplateDigest']?.slice(0, 16));
    }
    const keys = await cloud.store.list('amigraph/leases/');
    if (!keys.ok) throw new Error(keys.error.message);
    expect(keys.value).toHaveLength(3);
    for (const key of keys.value) {
      const lease = await cloud.store.get(key);
      expect(lease.ok && JSON.parse(lease.value?.text ?? '')).toMatchObject({
        state: 'free',
        token: 1,
        journal: null,
      });
    }
  });

  test('builds the children at the same time, and not before their parent is available', async () => {
    const workspace = await makeWorkspace();
    const ran = await workspace.run(['build', '--all', '--json'], { AMIGRAPH_SANDBOX_SPEED: '6000' });
    expect(ran.code).toBe(0);
    const all = events(ran);
    const at = (type: string, template: string): number => {
      const found = all.findIndex((event) => event.type === type && event['template'] === template);
      expect(found).toBeGreaterThanOrEqual(0);
      return found;
    };
    const available = at('image-finished', 'foundation');
    for (const child of ['gromacs', 'namd']) expect(at('image-started', child)).toBeGreaterThan(available);
    expect(at('image-started', 'gromacs')).toBeLessThan(at('image-finished', 'namd'));
    expect(at('image-started', 'namd')).toBeLessThan(at('image-finished', 'gromacs'));
  });
});

describe('build NAME', () => {
  test('builds what it stands on first, and nothing else', async () => {
    const workspace = await makeWorkspace();
    expect(finished(await workspace.run(['build', 'gromacs', '--json']))).toEqual({
      type: 'run-finished',
      built: ['foundation', 'gromacs'],
      reused: [],
      failed: [],
      skipped: [],
    });
    expect(finished(await workspace.run(['build', 'namd', '--json']))).toMatchObject({
      built: ['namd'],
      reused: ['foundation'],
    });
    expect(finished(await workspace.run(['build', 'namd', '--json']))).toMatchObject({
      built: [],
      reused: ['namd'],
    });
  });
});

describe('what changes a digest', () => {
  const rebuilt = async (
    change: (write: (path: string, text: string) => Promise<void>) => Promise<void>,
  ): Promise<unknown> => {
    const workspace = await makeWorkspace();
    await workspace.run(['build', '--all']);
    await change((path, text) => workspace.write(path, text));
    return finished(await workspace.run(['build', '--all', '--json']))['built'];
  };
  const gromacs = threeTemplates['templates/gromacs.yaml'] ?? '';
  const foundation = threeTemplates['templates/foundation.yaml'] ?? '';

  test('a comment, another order, queues and a cluster: nothing', async () => {
    expect(
      await rebuilt((write) =>
        write(
          'templates/foundation.yaml',
          '# new\ntests: ["gcc --version"]\ncluster: { name: x, region: eu-west-1 }\ncompute: { queues: [{ name: q }] }\nsoftware:\n  spack_packages:\n    - cmake@3.27.0\n    - gcc@13.2.0\n',
        ),
      ),
    ).toEqual([]);
  });

  test('a package of a child: that child', async () => {
    expect(
      await rebuilt((write) => write('templates/gromacs.yaml', gromacs.replace(']', ', fftw@3.3.10]'))),
    ).toEqual(['gromacs']);
  });

  test('a test of the parent: all that stands on it', async () => {
    expect(
      await rebuilt((write) =>
        write('templates/foundation.yaml', foundation.replace('gcc --version', 'gcc -v')),
      ),
    ).toEqual(names);
  });

  test('a step script: all that it runs for', async () => {
    expect(await rebuilt((write) => write('scripts/clean-up.sh', 'set -e\ntrue\n'))).toEqual(names);
  });
});

test('every event has a type and a time, and the last one sums up', async () => {
  const workspace = await makeWorkspace();
  const all = events(await workspace.run(['build', '--all', '--json']));
  for (const event of all) expect(new Date(event.time).toISOString()).toBe(event.time);
  expect([...new Set(all.map(({ type }) => type))]).toEqual([
    'run-started',
    'plan',
    'lease-taken',
    'image-started',
    'step-started',
    'step-finished',
    'image-finished',
    'run-finished',
  ]);
  const images = all.filter(
    (event): event is JsonEvent & { image: string } => event.type === 'image-finished',
  );
  expect(images).toHaveLength(3);
  for (const one of images)
    expect(one).toMatchObject({ result: 'built', image: expect.stringMatching(/^ami-/) });
});
