/** Shows the logs of one build, now or as they come. It does not know how the build was named. */
import { heartbeatOf } from '../cache/lease-driving.ts';
import { leaseKey } from '../cache/lease-keys.ts';
import { deadAfter, type Vigil, watchedOn } from '../cache/lease-look.ts';
import { meantLogs, type StepLog, stepLogs } from '../cache/step-logs.ts';
import { paceOf } from '../config/config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import { paced } from '../execute/context.ts';
import type { Fate, KnownBuild } from '../plan/meant-build.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { diagnosticsText } from '../report/diagnostics.ts';
import * as words from '../report/logs.ts';
import { styleFor } from '../report/style.ts';
import { exitCodes } from './commands/base.ts';
import type { Cloud, Workspace } from './context.ts';
import { pollMs } from './execute-context.ts';
import { buildById } from './finding-build.ts';
import { LogOutput } from './log-output.ts';
import type { Surroundings } from './surroundings.ts';
import { must } from './unavailable.ts';

export interface LogsAsked {
  /** A name or a number; undefined: all. */
  readonly step: string | undefined;
  readonly follow: boolean;
}

/** `build`: its id where nothing else is known of it. Answers the exit code. */
export async function showLogs(
  around: Surroundings,
  workspace: Workspace,
  cloud: Cloud,
  build: KnownBuild | string,
  asked: LogsAsked,
): Promise<number> {
  const { config } = workspace;
  const say = (text: string): void => void around.stderr.write(text);
  const buildId = typeof build === 'string' ? build : build.buildId;
  const logs = (): ReturnType<typeof stepLogs> => stepLogs(cloud.store, config.prefix, buildId);
  if (typeof build === 'string' && must(await logs()).length === 0)
    throw new InvalidInput([words.unknownBuild(build, config.region)]);
  say(words.buildLine(build));
  const fate = typeof build === 'string' ? undefined : build.fate;
  const showing = new Showing(around, cloud.store, asked, say);
  if (!asked.follow) {
    const all = must(await logs());
    await showing.show(all, true);
    await showing.end();
    if (all.length === 0 && fate?.kind === 'going-on') say(words.nothingYet);
    else if (all.length === 0) return sayMissing();
    return exitCodes.done;
  }
  const interruptions = around.interruptions();
  try {
    return await follow(interruptions.interrupted);
  } finally {
    interruptions.dispose();
  }

  async function follow(signal: AbortSignal): Promise<number> {
    const watch = new Watch(around);
    const { prefix, region } = config;
    const key = typeof build === 'string' ? '' : leaseKey(prefix, region, build.digest);
    const heartbeat = async ({ holder: { run }, token }: GoingOn): Promise<string | undefined> =>
      must(await heartbeatOf((at) => cloud.store.get(at), prefix, { key, run, token }));
    let now = fate;
    let readAt = around.clock.monotonic();
    while (now?.kind === 'going-on') {
      await showing.show(must(await logs()), false);
      const news = watch.newsOf(now, await heartbeat(now), readAt);
      if (news !== undefined) say(news);
      if (watch.isGone) return exitCodes.failed;
      await around.clock.sleep(paced(paceOf(config), pollMs), signal);
      if (signal.aborted) return exitCodes.interrupted;
      if (showing.isClosed) return exitCodes.done;
      now = (await buildById(workspace, cloud, buildId))?.fate;
      readAt = around.clock.monotonic();
    }
    // It has ended: what there is by now is all.
    const all = must(await logs());
    await showing.show(all, true);
    await showing.end();
    if (now !== fate) say(`${words.fateText(now)}\n`);
    if (all.length === 0) return sayMissing();
    return now?.kind === 'built' ? exitCodes.done : exitCodes.failed;
  }

  function sayMissing(): number {
    const missing = words.noLogs(`s3://${config.bucket}/${config.prefix}logs/${buildId}/`);
    say(`${diagnosticsText([missing], styleFor(around.stderr, around.env))}\n`);
    return exitCodes.failed;
  }
}

/** Each log once, as far as it is there, and once more where its step was begun anew. */
class Showing {
  readonly #store: ObjectStore;
  readonly #asked: LogsAsked;
  readonly #output: LogOutput;
  readonly #say: (text: string) => void;
  readonly #seen = new Set<string>();

  constructor(around: Surroundings, store: ObjectStore, asked: LogsAsked, say: (text: string) => void) {
    this.#store = store;
    this.#asked = asked;
    this.#output = new LogOutput(around, store);
    this.#say = say;
  }

  /** Nobody reads any more. */
  get isClosed(): boolean {
    return this.#output.isClosed;
  }

  async end(): Promise<void> {
    await this.#output.end();
  }

  /** `areAll`: what is not among them will not come any more. */
  async show(all: readonly StepLog[], areAll: boolean): Promise<void> {
    for (const log of this.#wanted(all, areAll && all.length > 0)) {
      const there = log.commands.flat();
      if (this.isClosed || there.every((key) => this.#seen.has(key))) continue;
      const news = (await this.#last(log.commands)).filter((key) => !this.#seen.has(key));
      const isFirst = this.#seen.size === 0;
      for (const key of there) this.#seen.add(key);
      if (news.length === 0) continue;
      if (log.commands.length > 1) this.#say(words.severalTimes(log));
      if (this.#asked.step === undefined) await this.#output.line(words.logHeading(log, isFirst));
      for (const key of news) await this.#output.object(key);
    }
  }

  #wanted(all: readonly StepLog[], mustBe: boolean): readonly StepLog[] {
    const { step } = this.#asked;
    if (step === undefined) return all;
    const meant = meantLogs(step, all);
    if (meant.length > 1 || (meant.length === 0 && mustBe))
      throw new InvalidInput([words.unmeantStep(step, meant, all)]);
    return meant;
  }

  /** The one that ended last. */
  async #last(commands: StepLog['commands']): Promise<readonly string[]> {
    const [only = [], ...others] = commands;
    if (others.length === 0) return only;
    const dated = await Promise.all(
      commands.map(async (keys) => {
        const part = must(await this.#store.part(keys[0] ?? '', 0, 1));
        return { keys, at: part?.modifiedAt.getTime() ?? 0 };
      }),
    );
    return dated.toSorted((a, b) => b.at - a.at)[0]?.keys ?? [];
  }
}

type GoingOn = Extract<Fate, { kind: 'going-on' }>;

/** Tells what a build is at, and when its holder is not to be heard of any more, as those do that wait for it. */
class Watch {
  readonly #clock: Surroundings['clock'];
  #step: string | null = null;
  #vigil: Vigil | undefined;
  isGone = false;

  constructor({ clock }: Pick<Surroundings, 'clock'>) {
    this.#clock = clock;
  }

  /** `readAt`: when the build was looked at, on the monotonic clock; whoever reads the logs may have been slow since. */
  newsOf(
    { step, nonce, ttlMs, holder }: GoingOn,
    heartbeat: string | undefined,
    readAt: number,
  ): string | undefined {
    const seen = { mark: nonce, heartbeat, since: this.#clock.monotonic() };
    this.#vigil = watchedOn(this.#vigil, seen);
    if (readAt - this.#vigil.since > deadAfter(ttlMs)) {
      this.isGone = true;
      return words.goneText(holder);
    }
    if (step === this.#step) return undefined;
    this.#step = step;
    return step === null ? undefined : words.runningText(step, new Date(this.#clock.now()).toISOString());
  }
}
