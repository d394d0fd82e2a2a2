/** Finds where in the text of amifile.ts an option stands. It does not know TypeScript: it skips comments and strings. */

/** Line and column, from 1, of the last key of `path` that the text holds; undefined where it holds none. */
export function locateOption(
  source: string,
  path: readonly (string | number)[],
): { readonly line: number; readonly column: number } | undefined {
  const bare = withoutComments(source);
  let from = 0;
  let found: number | undefined;
  for (const key of path) {
    if (typeof key === 'number') continue;
    const pattern = new RegExp(
      `(?<=[{,\\s]|^)(["']?)${key.replaceAll(/[^\w]/g, String.raw`\$&`)}\\1\\s*[:,}(]`,
      'g',
    );
    pattern.lastIndex = from;
    const match = pattern.exec(bare);
    if (match === null) break;
    found = match.index;
    from = match.index + match[0].length;
  }
  if (found === undefined) return undefined;
  const before = source.slice(0, found).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The same text, comments blanked, so that a commented-out option is not taken for the real one. */
function withoutComments(source: string): string {
  const token = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return source.replaceAll(token, (text) => (text.startsWith('/') ? text.replaceAll(/[^\n]/g, ' ') : text));
}
