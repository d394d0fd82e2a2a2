/** What a protocol of the lease asks for, and what it is answered. It does not know what any answer means. */
import type { CloudFailure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import type { Precondition, StoredObject, WriteOutcome } from '../ports/object-store.ts';
import type { LeaseBody, LeaseDraft } from './lease-body.ts';

export type Request =
  | { readonly kind: 'get' }
  /** Of the holder that was seen, with its token. */
  | { readonly kind: 'heartbeat'; readonly run: string; readonly token: number }
  /** To be sent with a nonce that nobody has used. */
  | { readonly kind: 'put'; readonly draft: LeaseDraft; readonly precondition: Precondition }
  /** Between two attempts of one write: short, and of a length that is nobody else's. */
  | { readonly kind: 'pause' }
  /** Between two looks at what another holds; `by` is undefined where the store did not answer. */
  | { readonly kind: 'watch'; readonly by: LeaseBody | undefined }
  /** Somebody has held it and is done: is there still a reason to have it? */
  | { readonly kind: 'needed' };

interface At {
  /** When the answer came, in milliseconds on the monotonic clock. */
  readonly at: number;
  /** Nobody wants the outcome any more. */
  readonly interrupted: boolean;
}

export type Answer = At &
  (
    | { readonly kind: 'get'; readonly result: Result<StoredObject | undefined, CloudFailure> }
    /** Its ETag; undefined: there is none, or it does not stand for this lease. */
    | { readonly kind: 'heartbeat'; readonly result: Result<string | undefined, CloudFailure> }
    | {
        readonly kind: 'put';
        readonly outcome: WriteOutcome;
        readonly nonce: string;
        /** On the monotonic clock, before anything was sent. */
        readonly sentAt: number;
      }
    | { readonly kind: 'needed'; readonly isNeeded: boolean }
    | { readonly kind: 'pause' | 'watch' }
  );

export type Protocol<Outcome> = Generator<Request, Outcome, Answer>;

export function* ask<Kind extends Request['kind']>(
  request: Request & { readonly kind: Kind },
): Protocol<Extract<Answer, { kind: Kind }>> {
  const answer = yield request;
  if (isOf(answer, request.kind)) return answer;
  throw new Error(`the answer to ${request.kind} is of the kind ${answer.kind}`);
}

const isOf = <Kind extends Request['kind']>(
  answer: Answer,
  kind: Kind,
): answer is Extract<Answer, { kind: Kind }> => answer.kind === kind;
