/** What `affected` makes of amigraph.lock. */
import { expect, test } from 'vitest';
import { makeBranch } from './affected-rig.ts';

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
  const moved = `base image ${image} -> ami-0123456789abcdef0 (amigraph update, 2026-11-20)`;
  expect(await affected('--explain')).toBe(`foundation\n  ${moved}\ngromacs\n  ${moved}\nnamd\n  ${moved}\n`);
  await workspace.remove('amigraph.lock');
  expect(await affected()).toBe('');
});
