/** Tries a call until it answers yes or a final no. It does not know which call. */
import type { CloudFailure, Failure } from '../core/failure.ts';
import { fail, type Result } from '../core/result.ts';
import { type ExecuteContext, paced, patience } from './context.ts';

export interface AttemptOptions {
  readonly signal: AbortSignal;
  /** How long a service may be away, of AWS's time. */
  readonly withinMs: number;
  /** Within how much of AWS's time a refusal passes, as `InvalidInstanceId` does just after `running`; 0: it is final. */
  readonly passingMs?: (awsCode: string) => number;
  /** Whether it may still be done, asked before each repeat: time has passed, in which a lease may have been lost. */
  readonly still?: () => Promise<boolean>;
}

const longestWaitMs = 15_000;
/** What has been made shows everywhere after so long; what does not was never there. */
const readyMs = 120_000;

/** The answer of a call; `interrupted`: it must not be made any more. */
type Answered<Value> = Result<Value, CloudFailure | Extract<Failure, { code: 'interrupted' }>>;

/** Repeats `call` while its failure may pass; the waits between grow from one second of AWS's time to 15, in a sandbox to one real second. */
export async function attempt<Value>(
  ctx: Pick<ExecuteContext, 'clock' | 'random' | 'pace' | 'emit'>,
  call: () => Promise<Answered<Value>>,
  { signal, withinMs, passingMs = () => 0, still }: AttemptOptions,
): Promise<Result<Value, Failure>> {
  const began = ctx.clock.monotonic();
  let refusedSince: number | undefined;
  for (let count = 1; ; count += 1) {
    const mayGoOn = count === 1 || still === undefined || (await still());
    if (signal.aborted || !mayGoOn) return fail({ code: 'interrupted' });
    const answer = await call();
    if (answer.ok || answer.error.code === 'interrupted') return answer;
    const { nature, awsCode, operation } = answer.error;
    const mostMs = nature === 'refused' ? passingMs(awsCode) : nature === 'not-ready' ? readyMs : withinMs;
    const final = mostMs === 0 || nature === 'no-capacity';
    const now = ctx.clock.monotonic();
    if (nature === 'refused') refusedSince ??= now;
    const since = nature === 'refused' ? (refusedSince ?? now) : began;
    if (final || now - since >= patience(ctx.pace, mostMs)) return answer;
    ctx.emit({ type: 'retry', operation, attempt: count, awsCode });
    const growing = 2 ** Math.min(count - 1, 30);
    const wait = Math.min(paced(ctx.pace, 1000) * growing, Math.max(paced(ctx.pace, longestWaitMs), 1000));
    await ctx.clock.sleep(wait * (0.5 + ctx.random.fraction() / 2), signal);
  }
}

/** Refusals of these codes pass within so much of AWS's time. */
export const passing =
  (codes: readonly string[], ms: number): Required<AttemptOptions>['passingMs'] =>
  (awsCode) =>
    codes.includes(awsCode) ? ms : 0;
