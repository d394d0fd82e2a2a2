/** Removes a sandbox from its folder, and nothing that no sandbox made. It does not know what was in it. */
import { accessSync, constants, lstatSync, readdirSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { cancelRuns } from './confinement-run.ts';
import { removeTree } from './remove-tree.ts';
import { obstacle, stateFiles } from './state-folder.ts';
import { SandboxUnavailable, unavailableFor } from './unavailable.ts';
import { usersOf } from './users.ts';

/** What a sandbox and its confinement make in their folder. */
const ownNames =
  /^(?:state|instances|images|runs|users|bubblewrap\.json(?:\.\d+)?|(?:stand-ins|trial)-[\w-]+)$/u;

const nothingRemoved = 'Nothing was removed.';

/** Whether there was one. */
export async function resetSandbox(folder: string): Promise<boolean> {
  const found = entriesOf(folder);
  if (found.length === 0) return false;
  const strange = found.find((name) => !ownNames.test(name)) ?? strangeState(folder);
  if (strange !== undefined || !found.includes('state')) {
    throw new SandboxUnavailable(
      folder,
      strange === undefined
        ? "it does not look like a sandbox's folder"
        : `it holds ${strange}, which no sandbox made`,
      nothingRemoved,
      'removed',
    );
  }
  refuseWhileUsed(folder);
  checkRights(folder, found);
  try {
    cancelRuns(join(folder, 'runs'));
    // The state last: while it is there, what is left still looks like a sandbox.
    for (const name of [...found.filter((one) => one !== 'state'), 'state']) removeTree(join(folder, name));
  } catch (error) {
    throw unavailableFor(folder, 'only a part of it could be removed', error, 'removed');
  }
  return true;
}

function entriesOf(folder: string): string[] {
  let found: Stats | undefined;
  try {
    found = statSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return readdirSync(folder);
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  } catch (error) {
    throw obstacle(folder, 'removed') ?? unavailableFor(folder, 'it cannot be read', error, 'removed');
  }
  throw (
    obstacle(folder, 'removed') ??
    new SandboxUnavailable(folder, 'it is not a folder', nothingRemoved, 'removed')
  );
}

/** Others call a folder `state` too. */
function strangeState(folder: string): string | undefined {
  const state = join(folder, 'state');
  if (lstatSync(state, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const strange = readdirSync(state).find((name) => !stateFiles.includes(name));
  return strange === undefined ? undefined : join('state', strange);
}

function refuseWhileUsed(folder: string): void {
  const users = usersOf(folder);
  if (users.length === 0) return;
  const names = users.map(({ pid, command }) => `${command} (process ${pid})`).join(', ');
  throw new SandboxUnavailable(
    folder,
    `it is in use by ${names}`,
    `${nothingRemoved} Let it end, or interrupt it, and reset the sandbox then.`,
    'removed',
  );
}

/** All that is removed must be removable, before any of it is. */
function checkRights(folder: string, names: readonly string[]): void {
  const folders = names.map((name) => join(folder, name)).filter((path) => lstatSync(path).isDirectory());
  try {
    for (const one of [folder, ...folders]) accessSync(one, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unavailableFor(folder, 'not all of it may be written', error, 'removed');
  }
}
