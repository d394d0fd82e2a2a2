/** The warnings about templates that are remembered with them. It does not know what they warn of. */
import * as v from 'valibot';
import type { Diagnostic, Place } from '../core/diagnostic.ts';
import { byCodeUnits } from '../core/order.ts';

/** About the file that its place is in, and nothing else. */
export type KnownWarning = Diagnostic & { readonly place: Pick<Place, 'file'> };

const place = v.object({ file: v.string(), line: v.number(), column: v.number(), excerpt: v.string() });
const schema = v.array(
  v.object({
    severity: v.literal('warning'),
    code: v.string(),
    message: v.string(),
    place: v.union([place, v.object({ file: v.string() })]),
    related: v.optional(v.array(v.object({ message: v.string(), place }))),
    cure: v.optional(v.string()),
  }),
);

/** Undefined where one is an error, or in no file: then nothing can be told without reading. */
export function knownWarnings(diagnostics: readonly Diagnostic[]): readonly KnownWarning[] | undefined {
  const warnings = diagnostics.filter(
    (one): one is KnownWarning => one.severity === 'warning' && one.place !== undefined,
  );
  return warnings.length === diagnostics.length ? warnings : undefined;
}

/** As they come where all templates are read: by file, those of one file as they stand. */
export const inOrder = (warnings: readonly KnownWarning[]): KnownWarning[] =>
  warnings.toSorted((a, b) => byCodeUnits(a.place.file, b.place.file));

/** Undefined where they are none. */
export function parseWarnings(written: unknown): readonly KnownWarning[] | undefined {
  const parsed = v.safeParse(schema, written);
  return parsed.success ? parsed.output : undefined;
}
