/** The object that a lease is: its text and back. It does not know who may write it. */
import * as v from 'valibot';
import { type Journal, journalSchema } from './journal.ts';

const short = v.pipe(v.string(), v.maxLength(256));

/** So many holders no image has: what is higher was not written by a run. */
export const highestToken = 2 ** 40;

const holderSchema = v.object({
  /** Unique for each process: two runs of one person on one machine are two holders. Its heartbeat is called so. */
  run: v.pipe(v.string(), v.regex(/^[\w -]{1,64}$/)),
  host: short,
  user: short,
});
export type Holder = v.InferOutput<typeof holderSchema>;

/** Why the last holder let go: what its template says does not work. */
const brokenStepSchema = v.object({
  buildId: short,
  /** Earlier versions did not write it. */
  template: v.optional(v.pipe(v.string(), v.maxLength(1024))),
  step: v.pipe(v.string(), v.maxLength(4096)),
  exitCode: v.pipe(v.number(), v.safeInteger()),
  /** SSM's word: `Failed`, `ExecutionTimedOut`. */
  status: short,
});
export type BrokenStep = v.InferOutput<typeof brokenStepSchema>;

const bodySchema = v.object({
  /** 1: it was renewed by itself. 2: its run's heartbeat keeps it, which programs that know only the first must not overlook. */
  version: v.picklist([1, 2]),
  state: v.picklist(['held', 'free']),
  /** Rises with every holder. */
  token: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(highestToken)),
  /** Fresh in every write: equal bytes have equal ETags. */
  nonce: short,
  ttlMs: v.pipe(v.number(), v.minValue(1), v.maxValue(3_600_000)),
  holder: holderSchema,
  /** When this holder got it, on the holder's own clock: for people, never compared. */
  since: short,
  /** Where it is free: of a build that nobody works at any more, whose image may still come to be. */
  journal: v.nullable(journalSchema),
  /** For those who wait: the same would happen to them. */
  broken: v.optional(v.nullable(brokenStepSchema), null),
  /** In a heartbeat alone: the leases that it stands for, each as `keptAs` says. */
  keeps: v.optional(v.array(v.string())),
});
export type LeaseBody = v.InferOutput<typeof bodySchema>;
/** What is to be written; each attempt to do so has a nonce of its own. */
export type LeaseDraft = Omit<LeaseBody, 'nonce'>;
export type { Journal };

/** The body, or undefined where the text is none: somebody else's object under our key. */
export function parseLease(text: string | null): LeaseBody | undefined {
  if (text === null) return undefined;
  try {
    const checked = v.safeParse(bodySchema, JSON.parse(text));
    return checked.success ? checked.output : undefined;
  } catch {
    return undefined;
  }
}

/** How a heartbeat names a lease: a run may hold one that it could not keep before, or let go of. */
export const keptAs = (key: string, token: number): string => `${token} ${key}`;

export const leaseText = (body: LeaseBody): string => `${JSON.stringify(body, null, 2)}\n`;

/** `ada@build-7`: who holds it, for people. */
export const holderName = ({ user, host }: Holder): string => `${user}@${host}`;
