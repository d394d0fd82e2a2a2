/** Why an image could not be built or a service not be used: values, never exceptions. It does not word them. */
import type { Digest, ImageId, InstanceId } from './ids.ts';
import type { LaunchPlace } from './plan.ts';

/** A service said no, or could not be reached, after all retries. */
export interface CloudFailure {
  readonly code: 'cloud';
  /** The service's own code: `UnauthorizedOperation`, `InvalidAMIName.Duplicate`, `ECONNREFUSED`. */
  readonly awsCode: string;
  readonly operation: string;
  /** What it was asked of, where the service does not say that itself: `s3://bucket/key`. */
  readonly resource?: string;
  readonly message: string;
  /**
   * `refused`: not done, and asking again will not help. `throttled`: not done yet. `unknown`: no answer; it may have been done.
   * `no-capacity`: not done, and another instance type, subnet or hour may do. `not-ready`: not done, and perhaps in a minute:
   * what it needs has just been made or changed, or is not there at all.
   */
  readonly nature: 'refused' | 'throttled' | 'unknown' | 'no-capacity' | 'not-ready';
  /** How often it was asked for, and how long was waited in between; absent: once. */
  readonly tried?: { readonly times: number; readonly waitedMs: number };
}

/** Who says no to the caller, in the codes of the services. */
const denials = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Forbidden']);

export const isDenied = ({ awsCode }: CloudFailure): boolean => denials.has(awsCode);

/** A place in which there was no room. */
export interface Refused extends LaunchPlace {
  readonly awsCode: string;
  readonly message: string;
}

export type Failure =
  | CloudFailure
  | {
      readonly code: 'step-failed';
      readonly step: string;
      readonly exitCode: number;
      /** SSM's word: `Failed`, `ExecutionTimedOut`, `Undeliverable`. */
      readonly status: string;
      /** The last lines that the step printed. */
      readonly tail: readonly string[];
      /** A file that holds all that it printed; null: it could not be written. */
      readonly log: string | null;
      /** The URL of the object that holds it, for who has not that file; null: there is none. */
      readonly stored: string | null;
      readonly buildId: string;
      /** Of the step in the build, as people see it. */
      readonly index: number;
    }
  | { readonly code: 'timed-out'; readonly what: string; readonly afterMs: number }
  | {
      readonly code: 'instance-ended';
      readonly instance: InstanceId;
      readonly state: string;
      /** EC2's code: `Server.SpotInstanceTermination`; empty where it says nothing. */
      readonly reason: string;
      readonly why: string;
    }
  | { readonly code: 'image-ended'; readonly image: ImageId; readonly state: string; readonly why: string }
  /** Nowhere was there room for an instance. */
  | { readonly code: 'no-capacity'; readonly refused: readonly Refused[]; readonly afterMs: number }
  | { readonly code: 'parent-gone'; readonly parent: Digest }
  | { readonly code: 'lease-unreadable'; readonly key: string }
  | { readonly code: 'inputs-changed'; readonly files: readonly string[] }
  /** `holder`: null where nobody took it, and its object is gone or no lease. */
  | { readonly code: 'lease-lost'; readonly digest: Digest; readonly holder: string | null }
  /** It could not be kept, so that another run may have it. */
  | { readonly code: 'lease-unsure'; readonly digest: Digest; readonly cause: CloudFailure }
  | { readonly code: 'lease-held'; readonly digest: Digest; readonly holder: string; readonly since: string }
  /** Another run that was waited for has tried, and would not fare better now. */
  | {
      readonly code: 'failed-elsewhere';
      readonly holder: string;
      readonly buildId: string;
      readonly step: string;
      readonly exitCode: number;
      readonly status: string;
    }
  | { readonly code: 'interrupted' };
