/** What `affected` makes of amigraph.lock. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeBranch } from './affected-rig.ts';
import { threeTemplates } from './rig.ts';

test('a moved pin is what changed; one that was made or taken out alone is nothing', async () => {
  const { workspace, repo, affected } = await makeBranch();
  expect((await workspace.run(['update'])).code).toBe(0);
  expect(await affected()).toBe('');
  repo.commit();
  repo.git('branch', '-f', 'main');
  const lock = repo.git('show', 'main:amigraph.lock');
  const [image = ''] = /ami-[0-9a-f]{17}/.exec(lock) ?? [];
  const other = lock.replaceAll(image, 'ami-0123456789abcdef0');
  await workspace.write('amigraph.lock', other.replace(/(?<="pinnedAt":")[^"]+/, '2026-11-20T10:00:00Z'));
  const moved = `base image ${image} -> ami-0123456789abcdef0 (pinned 2026-11-20)`;
  expect(await affected('--explain')).toBe(`foundation\n  ${moved}\ngromacs\n  ${moved}\nnamd\n  ${moved}\n`);
  await workspace.remove('amigraph.lock');
  expect(await affected()).toBe('');
});

test('a lock file of the base that cannot be used pinned nothing that could be built on', async () => {
  const { workspace, repo, affected } = await makeBranch();
  expect((await workspace.run(['update'])).code).toBe(0);
  const lock = await readFile(join(workspace.folder, 'amigraph.lock'), 'utf8');
  const [image = ''] = /ami-[0-9a-f]{17}/.exec(lock) ?? [];
  await workspace.write('amigraph.lock', `${lock}<<<<<<< HEAD\n`);
  repo.commit();
  repo.git('branch', '-f', 'main');
  await workspace.write('amigraph.lock', lock);
  const reason = `base image unknown (amigraph.lock holds a merge conflict) -> ${image}`;
  expect(await affected('--explain', '--exclude', '{gromacs,namd}')).toContain(`foundation\n  ${reason}`);
});

test('each end has the pins of its own Region', async () => {
  const { workspace, repo, affected } = await makeBranch({
    ...threeTemplates,
    'amifile.ts': "export default { region: 'us-east-1' };\n",
  });
  const pinOf = (region: string, image: string): string =>
    JSON.stringify({
      provider: 'sandbox',
      region,
      base: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
      image,
      pinnedAt: '2026-11-20T10:00:00Z',
    });
  const pins = [pinOf('us-east-1', 'ami-0123456789abcdef0'), pinOf('eu-west-1', 'ami-0123456789abcdef1')];
  await workspace.write('amigraph.lock', `{"version":1,"pins":[${pins.join(',')}]}\n`);
  repo.commit();
  repo.git('branch', '-f', 'main');
  await workspace.write('amifile.ts', "export default { region: 'eu-west-1' };\n");
  expect(await affected('--explain', '--exclude', '{gromacs,namd}')).toBe(
    'foundation\n  base image ami-0123456789abcdef0 -> ami-0123456789abcdef1 (pinned 2026-11-20)\n',
  );
});
