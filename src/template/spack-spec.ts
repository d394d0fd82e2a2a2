/** What must be known of a Spack spec: its package and version, and that Spack will not take it for something else. */

export interface SpackSpec {
  readonly package: string;
  /** As written, without `@`; undefined where any version will do. */
  readonly version: string | undefined;
  /** One space between parts: what two spellings of one spec have in common. */
  readonly canonical: string;
}

const pattern = /^([A-Za-z0-9_][A-Za-z0-9_.-]*?)(?:@(=?[A-Za-z0-9_.,:=-]+))?(?=$|[\s+~%^/]|-(?=\s))/;

/** The spec, or what is wrong with it, for a person. */
export function parseSpackSpec(text: string): { readonly spec: SpackSpec } | { readonly problem: string } {
  const canonical = text.trim().replaceAll(/\s+/g, ' ');
  const match = pattern.exec(canonical);
  if (match?.[1] === undefined) {
    return { problem: `${JSON.stringify(text)} is not a Spack spec: it must begin with a package's name` };
  }
  return { spec: { package: match[1], version: match[2], canonical } };
}

/** The spec of a text that was checked before; undefined where it is none. */
export function specOf(text: string): SpackSpec | undefined {
  const result = parseSpackSpec(text);
  return 'spec' in result ? result.spec : undefined;
}
