/** A workspace of which everything is built, and what its plans and its manifest say. It does not know what is tested. */
import { expect } from 'vitest';
import { type CloudView, lookInto } from './cloud.ts';
import { makeWorkspace, type Workspace } from './rig.ts';

interface ViewedAction {
  readonly template: string;
  readonly action: string;
  readonly reason: { readonly kind: string };
}

/** `gromacs build rebuild`, one for each action. */
export async function plan(workspace: Workspace, ...args: string[]): Promise<string[]> {
  const ran = await workspace.run(['build', '--dry-run', '--json', ...args]);
  const { actions } = JSON.parse(ran.stdout) as { actions: ViewedAction[] };
  return actions.map(({ template, action, reason }) => `${template} ${action} ${reason.kind}`);
}

export async function imagesOf(workspace: Workspace): Promise<Record<string, string>> {
  const { stdout } = await workspace.run(['list', '--json']);
  const images = JSON.parse(stdout) as { template: string; image: string }[];
  // The newest of each: it is the first.
  return Object.fromEntries(images.toReversed().map(({ template, image }) => [template, image]));
}

export async function built(): Promise<{
  workspace: Workspace;
  images: Record<string, string>;
  cloud: CloudView;
}> {
  const workspace = await makeWorkspace();
  expect((await workspace.run(['build', '--all'])).code).toBe(0);
  const cloud = await lookInto(workspace.folder);
  return { workspace, cloud, images: await imagesOf(workspace) };
}

export const allReused = ['foundation reuse hit', 'gromacs reuse hit', 'namd reuse hit'];
export const manifestKey = 'amigraph/manifest/us-west-2.json';

export async function manifestText({ store }: CloudView, key = manifestKey): Promise<string> {
  const stored = await store.get(key);
  if (!stored.ok || stored.value?.text == null) throw new Error(`no ${key}`);
  return stored.value.text;
}

export async function writeManifest(cloud: CloudView, text: string): Promise<void> {
  const stored = await cloud.store.get(manifestKey);
  if (!stored.ok || stored.value === undefined) throw new Error('no manifest');
  expect((await cloud.store.put(manifestKey, text, { etag: stored.value.etag })).kind).toBe('stored');
}
