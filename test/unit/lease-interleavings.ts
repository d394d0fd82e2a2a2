/**
 * Goes through every order in which runs can use one lease, with every end that a write can have. It does not know what the
 * protocol does. A generator cannot be copied: what a run does next is found by telling a new one all that it was told.
 */
import { type LeaseDraft, leaseText } from '../../src/cache/lease-body.ts';
import { deadAfter } from '../../src/cache/lease-look.ts';
import { lostAfter } from '../../src/cache/lease-protocol.ts';
import type { Answer, Request } from '../../src/cache/lease-requests.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { Precondition, WriteOutcome } from '../../src/ports/object-store.ts';
import { type Belief, draftOfHolder, firstNonce, type Life, live } from './lease-lives.ts';
import { OneKey, timeOut, ttlMs } from './lease-rig.ts';

const isUnsure = ({ kind }: WriteOutcome): boolean => kind === 'conflict' || kind === 'unknown';

/** A run that has been told so much, and no more. */
class Moment {
  static #count = 0;
  readonly life: Life;
  readonly told: readonly Answer[];
  readonly id = (Moment.#count += 1);
  readonly asked: Request | undefined;
  readonly believes: Belief | undefined;
  /** It has found that it does not need the lease. */
  readonly hasDeclined: boolean;
  readonly at: number;
  readonly nonce: string;
  /** What it wants to write. */
  readonly text: string;
  readonly blind: number;
  readonly unsure: number;
  readonly watched: number;
  /** How many heartbeats of others it has seen. */
  readonly beats: number;
  readonly #next = new Map<string, Moment>();

  constructor(life: Life, told: readonly Answer[] = []) {
    this.life = life;
    this.told = told;
    let at = 0;
    let believes: Belief | undefined;
    const run = live(life, (belief) => (believes = belief));
    let next = run.next();
    for (const answer of told) {
      ({ at } = answer);
      next = run.next(answer);
    }
    this.believes = believes;
    this.at = at;
    this.nonce = `${life.user}-${told.filter(({ kind }) => kind === 'put').length + 1}`;
    this.watched = told.filter(({ kind }) => kind === 'watch').length;
    this.blind = told.filter((answer) => answer.kind === 'get' && !answer.result.ok).length;
    const heartbeats = told.flatMap((answer) => (answer.kind === 'heartbeat' ? [answer.result] : []));
    this.beats = new Set(heartbeats.map((result) => (result.ok ? result.value : undefined))).size;
    this.hasDeclined = next.done === true && next.value === 'declined';
    this.unsure = told.filter((answer) => answer.kind === 'put' && isUnsure(answer.outcome)).length;
    const request = next.done === true ? undefined : next.value;
    this.asked = request?.kind === 'watch' && this.watched === life.watches ? undefined : request;
    this.text = request?.kind === 'put' ? leaseText({ ...request.draft, nonce: this.nonce }) : '';
  }

  /** `what` tells the answer from all others that may be given here. */
  after(what: string, answer: () => Answer): Moment {
    const known = this.#next.get(what);
    if (known !== undefined) return known;
    const next = new Moment(this.life, [...this.told, answer()]);
    this.#next.set(what, next);
    return next;
  }
}

interface Write {
  readonly nonce: string;
  readonly text: string;
  readonly draft: LeaseDraft;
  readonly precondition: Precondition;
}

interface World {
  readonly key: OneKey;
  readonly standing: Pick<Write, 'nonce' | 'draft'> | undefined;
  readonly runs: readonly Moment[];
  /** Writes that nobody waits for any more and that may still arrive. */
  readonly onTheirWay: readonly Write[];
  /** What has led here, the last first. */
  readonly past: { readonly what: string; readonly before: World } | undefined;
}

const nameOf = ({ standing, runs, onTheirWay }: World): string =>
  [standing?.nonce, ...runs.map(({ id }) => id), ...onTheirWay.map(({ nonce }) => nonce)].join(' ');

function arrive(
  world: World,
  { nonce, text, draft, precondition }: Write,
): { world: World; outcome: WriteOutcome } {
  const key = new OneKey();
  key.stored = world.key.stored;
  const outcome = key.put(text, precondition);
  return {
    outcome,
    world: outcome.kind === 'stored' ? { ...world, key, standing: { nonce, draft } } : world,
  };
}

const isMet = ({ stored }: OneKey, precondition: Precondition): boolean =>
  'absent' in precondition ? stored === undefined : stored?.etag === precondition.etag;

/** All that can come next. A write that is late may arrive at once or never: its effect comes with any delay, or not at all. */
function* nextOf(world: World): Generator<World> {
  const then = (after: World, what: string): World => ({
    ...after,
    // What can have no effect any more is as good as arrived: no ETag comes again, and nothing is removed.
    onTheirWay: after.onTheirWay.filter(({ precondition }) => isMet(after.key, precondition)),
    past: { what, before: world },
  });
  // What happens on a run's own clock alone concerns nobody else: it need not be tried in every order.
  const alone = world.runs.findIndex(
    ({ asked }) => asked !== undefined && asked.kind !== 'get' && asked.kind !== 'put',
  );
  for (const [place, run] of world.runs.entries()) {
    if (alone >= 0 && place !== alone) continue;
    const { asked, life, nonce, text } = run;
    const told = (what: string, answer: () => Answer, after = world): World =>
      then({ ...after, runs: after.runs.with(place, run.after(what, answer)) }, `${life.user} ${what}`);
    const interrupted = false;
    if (asked?.kind === 'get') {
      const { at } = run;
      const { stored } = world.key;
      const seen = (): Answer => ({ kind: 'get', at, interrupted, result: ok(stored) });
      yield told(`sees ${world.standing?.nonce} of token ${world.standing?.draft.token}`, seen);
      const blind = (): Answer => ({ kind: 'get', at, interrupted, result: fail(timeOut) });
      if (run.blind < life.blindLooks) yield told('sees nothing', blind);
    } else if (asked?.kind === 'put') {
      const write: Write = { nonce, text, ...asked };
      const answer = (outcome: WriteOutcome) => (): Answer => ({
        kind: 'put',
        at: run.at,
        interrupted,
        nonce,
        sentAt: run.at,
        outcome,
      });
      const arrived = arrive(world, write);
      yield told(`writes ${nonce}: ${arrived.outcome.kind}`, answer(arrived.outcome), arrived.world);
      if (run.unsure >= life.unsureWrites) continue;
      yield told(`writes ${nonce}: conflict`, answer({ kind: 'conflict' }));
      const late = { ...world, onTheirWay: [...world.onTheirWay, write] };
      yield told(`writes ${nonce}: unknown`, answer({ kind: 'unknown', failure: timeOut }), late);
    } else if (asked?.kind === 'heartbeat') {
      const { at, beats } = run;
      const answer = (etag: number) => (): Answer => ({
        kind: 'heartbeat',
        at,
        interrupted,
        result: ok(`${etag}`),
      });
      yield told('sees no new heartbeat', answer(Math.max(1, beats)));
      if (beats > 0 && beats <= life.heartbeats) yield told('sees a heartbeat', answer(beats + 1));
    } else if (asked?.kind === 'needed') {
      const { at } = run;
      const answer = (isNeeded: boolean) => (): Answer => ({ kind: 'needed', at, interrupted, isNeeded });
      yield told('needs it', answer(true));
      yield told('does not need it', answer(false));
    } else if (asked !== undefined) {
      // A run's own clock leaps, so that nothing is waited for twice; the others' clocks stand still.
      const at = run.at + (asked.kind === 'watch' ? deadAfter(ttlMs) : lostAfter(ttlMs));
      yield told(`${asked.kind}s`, () => ({ kind: asked.kind, at, interrupted }));
    }
  }
  if (alone >= 0) return;
  for (const [place, write] of world.onTheirWay.entries()) {
    const arrived = arrive(world, write);
    const onTheirWay = world.onTheirWay.toSpliced(place, 1);
    yield then({ ...arrived.world, onTheirWay }, `${write.nonce} arrives: ${arrived.outcome.kind}`);
  }
}

const buildOf = ({ draft }: { draft: LeaseDraft }): string => draft.journal?.buildId ?? 'nothing';

/** What must not be, in the words of a defect. */
function wrongIn({ standing, runs, key, past }: World): string | undefined {
  const before = past?.before.standing;
  if (standing !== undefined && before !== undefined && standing !== before) {
    const [now, then] = [standing.draft, before.draft];
    const isRenewal = now.token === then.token && now.holder.user === then.holder.user;
    if (now.token <= then.token && !isRenewal) return `token ${now.token} follows ${then.token}`;
    if (isRenewal && then.state === 'free') return 'what was free is written without having been acquired';
    if (!isRenewal && buildOf(standing) !== buildOf(before))
      return `${buildOf(before)} is forgotten for ${buildOf(standing)}`;
  }
  for (const { hasDeclined, life } of runs) {
    if (hasDeclined && standing?.draft.state === 'held' && standing.draft.holder.user === life.user)
      return `${life.user} leaves held what it does not need`;
  }
  const beliefs = runs.map(({ believes }) => believes).filter((belief) => belief !== undefined);
  if (new Set(beliefs.map(({ token }) => token)).size < beliefs.length)
    return 'two believe to have one token';
  if (beliefs.filter(({ etag }) => etag === key.stored?.etag).length > 1) return 'two hold what stands there';
  return undefined;
}

export interface Explored {
  readonly worlds: number;
  /** Orders of events from the beginning to where nothing can come any more. */
  readonly schedules: number;
  /** At the same time: one that holds it, and others that do not know yet that they have lost it. */
  readonly mostBelievers: number;
  /** States in which somebody has found that it does not need the lease. */
  readonly declined: number;
  /** The shortest schedule that leads to what must not be. */
  readonly wrong: readonly string[] | undefined;
}

/** Breadth first, so that what must not be is told by the shortest way to it. */
export function explore(lives: readonly Life[], standing?: World['standing']): Explored {
  const key = new OneKey();
  const holder = lives.find(({ holds }) => holds);
  const first = holder === undefined ? standing : { nonce: firstNonce, draft: draftOfHolder(holder) };
  if (first !== undefined) key.lay(first.nonce, first.draft);
  const start: World = {
    key,
    standing: first,
    runs: lives.map((life) => new Moment(life)),
    onTheirWay: [],
    past: undefined,
  };
  let [worlds, schedules, mostBelievers, declined] = [0, 0, 0, 0];
  let layer = new Map([[nameOf(start), { world: start, ways: 1 }]]);
  while (layer.size > 0) {
    const next: typeof layer = new Map();
    for (const { world, ways } of layer.values()) {
      worlds += 1;
      const wrong = wrongIn(world);
      if (wrong !== undefined)
        return { worlds, schedules, mostBelievers, declined, wrong: [...pastOf(world), wrong] };
      mostBelievers = Math.max(
        mostBelievers,
        world.runs.filter(({ believes }) => believes !== undefined).length,
      );
      if (world.runs.some(({ hasDeclined }) => hasDeclined)) declined += 1;
      let isEnd = true;
      for (const after of nextOf(world)) {
        isEnd = false;
        const name = nameOf(after);
        const met = next.get(name);
        if (met === undefined) next.set(name, { world: after, ways });
        else met.ways += ways;
      }
      if (isEnd) schedules += ways;
    }
    layer = next;
  }
  return { worlds, schedules, mostBelievers, declined, wrong: undefined };
}

function pastOf(world: World): string[] {
  const told: string[] = [];
  for (let { past } = world; past !== undefined; { past } = past.before) told.unshift(past.what);
  return told;
}
