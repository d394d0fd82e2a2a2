/** A service that a command needs and that does not answer as it should. */
import type { CloudFailure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';

/** Ends the command with exit code 1; nothing was begun. */
export class CloudUnavailable extends Error {
  override readonly name = 'CloudUnavailable';
  readonly failure: CloudFailure;
  constructor(failure: CloudFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The value, or the failure thrown: for the part of a command in which there is nothing to clean up. */
export function must<Value>(result: Result<Value, CloudFailure>): Value {
  if (result.ok) return result.value;
  throw new CloudUnavailable(result.error);
}
