/** What is not as it should be, told beside an answer. It does not know the answer. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Warning } from '../core/event.ts';
import { diagnosticsText, inBrief } from '../report/diagnostics.ts';
import { styleFor } from '../report/style.ts';
import { warningDiagnostic } from '../report/warnings.ts';
import type { Surroundings } from './surroundings.ts';

/** Errors in templates that are not wanted are warnings: what is does not stand on them. `lacking`: those in what is wanted. */
export function tellDiagnostics(
  around: Surroundings,
  { diagnostics }: { readonly diagnostics: readonly Diagnostic[] },
  lacking: readonly Diagnostic[],
): void {
  if (diagnostics.length === 0) return;
  const asErrors = new Set(lacking);
  const said = diagnostics.map((one) => (asErrors.has(one) ? one : { ...one, severity: 'warning' as const }));
  around.stderr.write(`${diagnosticsText(inBrief(said), styleFor(around.stderr, around.env))}\n`);
}

export function tellWarnings(around: Surroundings, warnings: readonly Warning[]): void {
  if (warnings.length === 0) return;
  const style = styleFor(around.stderr, around.env);
  around.stderr.write(`${diagnosticsText(warnings.map(warningDiagnostic), style)}\n`);
}
