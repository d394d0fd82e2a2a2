/** What `validate` answers: the order of its diagnostics, a line of text, and plain data for `--json`. It does not know how they were found. */
import { redact } from '../core/credentials.ts';
import type { Diagnostic, Place } from '../core/diagnostic.ts';
import { byCodeUnits } from '../core/order.ts';
import { counted } from './diagnostics.ts';

/** Errors before warnings, each by file and line; first what has no place. */
export function inReadingOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const line = ({ place }: Diagnostic): number => (place !== undefined && 'line' in place ? place.line : 0);
  const column = ({ place }: Diagnostic): number =>
    place !== undefined && 'line' in place ? place.column : 0;
  return diagnostics.toSorted(
    (a, b) =>
      byCodeUnits(a.severity, b.severity) ||
      byCodeUnits(a.place?.file ?? '', b.place?.file ?? '') ||
      line(a) - line(b) ||
      column(a) - column(b),
  );
}

/** `12 templates, 0 errors, 1 warning`. */
export function validationLine(templates: number, diagnostics: readonly Diagnostic[]): string {
  const subject = counted(templates, 'template');
  if (diagnostics.length === 0) return `${subject}: nothing wrong\n`;
  const { errors, warnings } = apart(diagnostics);
  return `${subject}, ${counted(errors.length, 'error')}, ${counted(warnings.length, 'warning')}\n`;
}

interface PlaceView {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

interface DiagnosticView extends PlaceView {
  readonly code: string;
  readonly message: string;
  readonly cure: string | null;
  readonly related: readonly (PlaceView & { readonly message: string })[];
}

export interface ValidationView {
  readonly templates: number;
  readonly errors: readonly DiagnosticView[];
  readonly warnings: readonly DiagnosticView[];
}

/** The shape is part of the contract with other programs; null where nothing is known. */
export function validationView(templates: number, diagnostics: readonly Diagnostic[]): ValidationView {
  const { errors, warnings } = apart(diagnostics);
  return { templates, errors: errors.map(diagnosticView), warnings: warnings.map(diagnosticView) };
}

const apart = (all: readonly Diagnostic[]): Record<'errors' | 'warnings', Diagnostic[]> => ({
  errors: all.filter(({ severity }) => severity === 'error'),
  warnings: all.filter(({ severity }) => severity === 'warning'),
});

function diagnosticView({ code, message, place, cure, related = [] }: Diagnostic): DiagnosticView {
  return {
    code,
    message: redact(message),
    ...placeView(place),
    cure: cure ?? null,
    related: related.map((one) => ({ message: redact(one.message), ...placeView(one.place) })),
  };
}

function placeView(place: Partial<Place> | undefined): PlaceView {
  return { file: place?.file ?? null, line: place?.line ?? null, column: place?.column ?? null };
}
