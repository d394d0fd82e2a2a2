/** Time, from outside. Everything that waits, waits here, so that a test can step it. */

export interface Clock {
  /** Milliseconds since the epoch; may jump. For dates that people read, never for durations. */
  now(): number;
  /** Milliseconds since some moment; never jumps. For durations and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
