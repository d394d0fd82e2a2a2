/**
 * Goes through every order in which runs can use one lease, with every end that a write can have. It does not know what the
 * protocol does. A generator cannot be copied: what a run does next is found by telling a new one all that it was told.
 */
import { type LeaseDraft, leaseText } from '../../src/cache/lease-body.ts';
import {
  acquiring,
  type Answer,
  deadAfter,
  type Protocol,
  type Request,
  writeWithin,
  writing,
} from '../../src/cache/lease-protocol.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { Precondition, WriteOutcome } from '../../src/ports/object-store.ts';
import { draftOf, holderOf, OneKey, timeOut, ttlMs } from './lease-rig.ts';

export interface Life {
  readonly user: string;
  /** It has the lease from the start; others acquire it. */
  readonly holds: boolean;
  /** After these it goes on believing, and says nothing more: it may as well be dead. */
  readonly renewals: number;
  /** How often it waits for another; without an end, runs that lose each answer would take the lease from each other for ever. */
  readonly watches: number;
  /** How often a look at the store stays without an answer. */
  readonly blindLooks: number;
}

const firstNonce = 'first';
const draftOfHolder = ({ user }: Life): LeaseDraft => draftOf(user, { token: 1 });

/** That it has the lease, by the last write that it knows to have happened. */
interface Belief {
  readonly token: number;
  readonly etag: string;
}

function* live(life: Life, now: () => number, believe: (belief: Belief | undefined) => void): Protocol<void> {
  const { user, holds, renewals } = life;
  let draft = draftOfHolder(life);
  let etag = new OneKey().lay(firstNonce, draft);
  if (!holds) {
    const holding = () => ({ holder: holderOf(user), ttlMs, since: 's' });
    const acquired = yield* acquiring({ key: 'k', holding, wait: true, above: 0 });
    if (!acquired.ok) return;
    ({ draft, etag } = acquired.value);
  }
  believe({ token: draft.token, etag });
  for (let renewal = 0; renewal < renewals; renewal += 1) {
    const deadline = now() + writeWithin(ttlMs);
    const written = yield* writing({ draft, precondition: { etag }, deadline });
    if (written.kind !== 'held') return believe(undefined);
    ({ etag } = written);
    believe({ token: draft.token, etag });
  }
}

/** A run that has been told so much, and no more. */
class Moment {
  static #count = 0;
  readonly life: Life;
  readonly told: readonly Answer[];
  readonly id = (Moment.#count += 1);
  readonly asked: Request | undefined;
  readonly believes: Belief | undefined;
  readonly at: number;
  readonly nonce: string;
  readonly blind: number;
  readonly watched: number;
  readonly #next = new Map<string, Moment>();

  constructor(life: Life, told: readonly Answer[] = []) {
    this.life = life;
    this.told = told;
    let at = 0;
    let believes: Belief | undefined;
    const run = live(
      life,
      () => at,
      (belief) => (believes = belief),
    );
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
    const request = next.done === true ? undefined : next.value;
    this.asked = request?.kind === 'watch' && this.watched === life.watches ? undefined : request;
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
  { nonce, draft, precondition }: Write,
): { world: World; outcome: WriteOutcome } {
  const key = new OneKey();
  key.stored = world.key.stored;
  const outcome = key.put(leaseText({ ...draft, nonce }), precondition);
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
  const alone = world.runs.findIndex(({ asked }) => asked?.kind === 'pause' || asked?.kind === 'watch');
  for (const [place, run] of world.runs.entries()) {
    if (alone >= 0 && place !== alone) continue;
    const { asked, life, nonce } = run;
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
      const write: Write = { nonce, ...asked };
      const answer = (outcome: WriteOutcome) => (): Answer => ({
        kind: 'put',
        at: run.at,
        interrupted,
        nonce,
        outcome,
      });
      const arrived = arrive(world, write);
      yield told(`writes ${nonce}: ${arrived.outcome.kind}`, answer(arrived.outcome), arrived.world);
      yield told(`writes ${nonce}: conflict`, answer({ kind: 'conflict' }));
      const late = { ...world, onTheirWay: [...world.onTheirWay, write] };
      yield told(`writes ${nonce}: unknown`, answer({ kind: 'unknown', failure: timeOut }), late);
    } else if (asked !== undefined) {
      // A run's own clock leaps, so that nothing is waited for twice; the others' clocks stand still.
      const at = run.at + (asked.kind === 'watch' ? deadAfter(ttlMs) : writeWithin(ttlMs));
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

/** What must not be, in the words of a defect. */
function wrongIn({ standing, runs, key, past }: World): string | undefined {
  const before = past?.before.standing;
  if (standing !== undefined && before !== undefined && standing !== before) {
    const [now, then] = [standing.draft, before.draft];
    const isRenewal = now.token === then.token && now.holder.user === then.holder.user;
    if (now.token <= then.token && !isRenewal) return `token ${now.token} follows ${then.token}`;
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
  let [worlds, schedules, mostBelievers] = [0, 0, 0];
  let layer = new Map([[nameOf(start), { world: start, ways: 1 }]]);
  while (layer.size > 0) {
    const next: typeof layer = new Map();
    for (const { world, ways } of layer.values()) {
      worlds += 1;
      const wrong = wrongIn(world);
      if (wrong !== undefined) return { worlds, schedules, mostBelievers, wrong: [...pastOf(world), wrong] };
      mostBelievers = Math.max(
        mostBelievers,
        world.runs.filter(({ believes }) => believes !== undefined).length,
      );
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
  return { worlds, schedules, mostBelievers, wrong: undefined };
}

function pastOf(world: World): string[] {
  const told: string[] = [];
  for (let { past } = world; past !== undefined; { past } = past.before) told.unshift(past.what);
  return told;
}
