/** What is wrong with something that the user wrote, and where. It does not know how it is printed. */

/** Where a value was written. */
export interface Place {
  /** Relative to the workspace, with forward slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** The line as written, without its end. */
  readonly excerpt: string;
}

/** Another place that has to do with it, and what is there. */
export interface RelatedPlace {
  readonly message: string;
  readonly place: Place;
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable, for programs: `unknown-key`, `yaml-syntax`. */
  readonly code: string;
  readonly message: string;
  /** Absent where nothing that the user wrote is the cause. */
  readonly place?: Place | { readonly file: string } | undefined;
  readonly related?: readonly RelatedPlace[] | undefined;
  /** What to do about it. */
  readonly cure?: string | undefined;
}

export const errorOf = (code: string, said: Omit<Diagnostic, 'severity' | 'code'>): Diagnostic => ({
  severity: 'error',
  code,
  ...said,
});

/** Input that cannot be used. The command line ends with exit code 2 and these diagnostics; nothing was begun. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((one) => one.message).join('\n'));
    this.diagnostics = diagnostics;
  }
}
