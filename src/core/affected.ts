/** What is affected by what was changed between two ends, as plain data. It does not know how it was found. */
import type { Change } from './change.ts';
import type { TemplateName } from './ids.ts';

export type AffectedReason =
  /** The base has no such template. */
  | { readonly kind: 'new' }
  /** The base has it under another name, with the same digest. */
  | { readonly kind: 'renamed'; readonly from: TemplateName }
  /** At the base it had errors, or stood on what had. */
  | { readonly kind: 'broken-before'; readonly why: string | undefined }
  | { readonly kind: 'changed'; readonly change: Change };

export interface AffectedTemplate {
  readonly template: TemplateName;
  /** Workspace path. */
  readonly file: string;
  /** Never empty. */
  readonly reasons: readonly AffectedReason[];
}

export interface Affected {
  /** Parents before children. */
  readonly templates: readonly AffectedTemplate[];
  /** Templates that the base has, and the head no more; in code-unit order. */
  readonly deleted: readonly TemplateName[];
}
