/** What a build has done so far, kept in its lease, so that whoever takes the lease over can go on. It does not know how to write itself. */
import * as v from 'valibot';

const id = v.pipe(v.string(), v.maxLength(128));
const step = v.pipe(v.string(), v.maxLength(4096));

export const journalSchema = v.object({
  buildId: v.pipe(v.string(), v.regex(/^[0-9a-z-]{1,40}$/)),
  template: v.pipe(v.string(), v.maxLength(1024)),
  /** Launches so far; part of the client token, so that a new launch is not taken for a repeat of the last. */
  attempt: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
  /** How the instance is launched; written before that is asked for, so that a repeat asks for the same. */
  launch: v.nullable(
    v.object({
      image: id,
      instanceType: id,
      spot: v.boolean(),
      subnet: v.optional(v.nullable(id), null),
    }),
  ),
  instance: v.nullable(id),
  /** Instances that AWS took away before this one. */
  lost: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
  /** Names of the steps that are done. */
  steps: v.array(step),
  /** The step that may be running; written before it is sent. */
  running: v.optional(v.nullable(step), null),
  /** Written before the image is asked for. */
  imaging: v.boolean(),
  image: v.nullable(id),
});

export type Journal = v.InferOutput<typeof journalSchema>;

/**
 * What there is to end of a build that nobody goes on with. An instance that has run nothing may have been launched a moment
 * ago: that it is not found does not mean that it is gone, so it is looked for by its tags, as one whose launch was never answered.
 */
export function asLeft(journal: Journal): Journal {
  const hasRun = journal.running !== null || journal.steps.length > 0 || journal.imaging;
  return hasRun ? journal : { ...journal, instance: null };
}

/** What people see the build doing: `launch`, a step's name or `image`. */
export const stepUnderWay = ({ launch, running, imaging }: Journal): string | null =>
  imaging ? 'image' : (running ?? (launch === null ? null : 'launch'));
