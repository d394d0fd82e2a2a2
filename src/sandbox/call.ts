/** What an operation is given and what it gives back, for all services. It does not know any of them. */
import type { WireResponse } from '../core/wire.ts';
import type { Fault, FaultKind } from './faults.ts';
import type { Ids } from './ids.ts';
import type { ConfinedEffect } from './records.ts';
import type { Tables } from './store.ts';

export const account = '000000000000';

/** One call, inside its transaction. An operation checks everything first and changes the tables last: a refusal is not rolled back. */
export interface Call {
  readonly tables: Tables;
  readonly region: string;
  readonly now: number;
  /** The faults that meet this call. */
  readonly faults: readonly Fault[];
  /** What is left of a duration of AWS at the sandbox's speed. */
  readonly lasts: (ms: number) => number;
  /** The same of a limit: never so little that a busy machine reaches it before the work that it is a limit to. */
  readonly limits: (ms: number) => number;
  readonly ids: Ids;
  readonly confined: boolean;
  /** Has the confinement do something once this call is committed. */
  readonly afterwards: (effect: ConfinedEffect) => void;
}

export interface Operation {
  /** `ec2:RunInstances`. */
  readonly name: string;
  /** What fault rules match. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly perform: (call: Call) => WireResponse;
  readonly refuse: (refusal: Refusal) => WireResponse;
}

/** An error of AWS's own. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Further elements of an S3 error. */
  readonly details: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    more: { status?: number; headers?: Record<string, string>; details?: Record<string, string> } = {},
  ) {
    super(message);
    this.code = code;
    this.status = more.status ?? 400;
    this.headers = more.headers ?? {};
    this.details = more.details ?? {};
  }
}

export function faultOf<Kind extends FaultKind>(
  call: Call,
  kind: Kind,
): Extract<Fault, { kind: Kind }> | undefined {
  return call.faults.find((fault): fault is Extract<Fault, { kind: Kind }> => fault.kind === kind);
}
