/** For how long a check-up waits for an answer. It does not know who is asked, nor for what. */
import type { CloudFailure } from '../core/failure.ts';
import { fail, type Result } from '../core/result.ts';
import type { Clock } from '../ports/clock.ts';

/** For an answer to any one question, with all of its attempts. */
const limitMs = 20_000;

/** A question that is not waited for any longer than that; what it still comes to is not heard. */
export const limitedBy =
  (clock: Clock) =>
  async <Value>(
    operation: string,
    answer: Promise<Result<Value, CloudFailure>>,
  ): Promise<Result<Value, CloudFailure>> => {
    const answered = new AbortController();
    const message = `no answer in ${limitMs / 1000} s`;
    const failure: CloudFailure = {
      code: 'cloud',
      awsCode: 'TimeoutError',
      operation,
      message,
      nature: 'unknown',
    };
    try {
      return await Promise.race([answer, clock.sleep(limitMs, answered.signal).then(() => fail(failure))]);
    } finally {
      answered.abort();
    }
  };
