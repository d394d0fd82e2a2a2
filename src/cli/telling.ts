/** What is wrong with templates, told beside an answer. It does not know the answer. */
import type { Collection } from '../graph/collection.ts';
import { diagnosticsText, inBrief } from '../report/diagnostics.ts';
import { styleFor } from '../report/style.ts';
import type { Surroundings } from './surroundings.ts';

/** Errors in templates that are not wanted are warnings: what is does not stand on them. */
export function tellDiagnostics(
  around: Surroundings,
  { diagnostics }: Collection,
  incomplete: boolean,
): void {
  if (diagnostics.length === 0) return;
  const said = incomplete
    ? diagnostics
    : diagnostics.map((one) => ({ ...one, severity: 'warning' as const }));
  around.stderr.write(`${diagnosticsText(inBrief(said), styleFor(around.stderr, around.env))}\n`);
}
