/** Commands that answer and end, on the stepped clock, and builds whose process has died. It does not know what is asked. */
import {
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { PassThrough, Writable } from 'node:stream';
import { localRandom } from '../../src/adapters/local/random.ts';
import { runCli } from '../../src/cli/cli.ts';
import { type CloudView, lookInto } from '../e2e/cloud.ts';
import { type Process, stepStarted, type World } from './rig.ts';
import { ProcessClock } from './stepped.ts';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AskOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what stderr has said, at a question; what it answers is typed. Absent: there is no terminal. */
  readonly type?: (said: string) => Promise<string>;
  readonly interrupted?: AbortSignal;
  /** Called with each part of what stderr says. */
  readonly heard?: (part: string) => void;
}

export async function ask(
  { folder, clock }: World,
  args: readonly string[],
  { env = {}, type, heard, interrupted = new AbortController().signal }: AskOptions = {},
): Promise<Answer> {
  const said = { stdout: '', stderr: '' };
  const stdin = Object.assign(new PassThrough(), { isTTY: type !== undefined });
  const output = (to: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        decodeStrings: false,
        write(chunk: string, _encoding, done) {
          said[to] += chunk;
          if (to === 'stderr') heard?.(chunk);
          if (chunk.endsWith('[y/N] ')) void type?.(said.stderr).then((typed) => stdin.write(`${typed}\n`));
          done();
        },
      }),
      { isTTY: type !== undefined },
    );
  const mine = new ProcessClock(clock);
  const code = await runCli(args, {
    stdin,
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: { PATH: '', NO_COLOR: '1', AMIGRAPH_SANDBOX_SPEED: '1', ...env },
    colorDepth: 1,
    cwd: folder,
    clock: mine,
    began: mine.monotonic(),
    random: localRandom,
    person: { user: 'admin', host: 'desk' },
    interruptions: () => ({ interrupted, abandoned: new AbortController().signal, dispose: () => {} }),
  });
  return { code, ...said };
}

export const cloudOf = (world: World): Promise<CloudView> => lookInto(world.folder, () => world.clock.now());

/** A build of `a` whose process has died in the middle of a step. */
export async function deadBuild(world: World): Promise<Process> {
  const run = world.start(['build', 'a']);
  await run.event(stepStarted('gcc'));
  run.freeze();
  return run;
}

/** Id, state and tags of each instance. */
export async function instancesOf({
  ec2,
}: CloudView): Promise<{ id: string; state: string; tags: Record<string, string> }[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) =>
    Instances.map(({ InstanceId = '', State, Tags = [] }) => ({
      id: InstanceId,
      state: State?.Name ?? '?',
      tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    })),
  );
}

export async function tag({ ec2 }: CloudView, id: string, Key: string, Value: string): Promise<void> {
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] }));
}

export async function imageStates({ ec2 }: CloudView): Promise<string[]> {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  return Images.map(({ State = '?' }) => State);
}

/** One more with the tags of `like`, but for `changes`. */
export async function launchLike(
  cloud: CloudView,
  like: { readonly id: string; readonly tags: Record<string, string> },
  changes: Record<string, string>,
): Promise<string> {
  const { Reservations = [] } = await cloud.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [like.id] }),
  );
  const Tags = Object.entries({ ...like.tags, ...changes }).map(([Key, Value]) => ({ Key, Value }));
  const { Instances = [] } = await cloud.ec2.send(
    new RunInstancesCommand({
      ImageId: Reservations[0]?.Instances?.[0]?.ImageId ?? '',
      InstanceType: 'c6a.xlarge',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags }],
    }),
  );
  return Instances[0]?.InstanceId ?? '';
}

/** The objects of all leases, by key. */
export async function leaseTexts({ store }: CloudView): Promise<Record<string, string>> {
  const keys = await store.list('amigraph/leases/');
  const texts: Record<string, string> = {};
  for (const key of keys.ok ? keys.value : []) {
    const stored = await store.get(key);
    texts[key] = (stored.ok && stored.value?.text) || '';
  }
  return texts;
}

/** As a holder would, but for what it would never say. */
export async function changeLease(
  { store }: CloudView,
  key: string,
  change: (body: Record<string, unknown>) => void,
): Promise<void> {
  const stored = await store.get(key);
  if (!stored.ok || stored.value === undefined) throw new Error(`there is no ${key}`);
  const body = JSON.parse(stored.value.text ?? '') as Record<string, unknown>;
  change(body);
  await store.put(key, JSON.stringify(body), { etag: stored.value.etag });
}
