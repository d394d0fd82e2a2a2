/** Finds where in the text of amifile.ts an option stands. It does not know TypeScript: it skips comments and strings, and counts braces. */

/** The offset of the last key of `path` that the text holds, or without a path that of the export; undefined where it holds none. */
export function locateOption(text: string, path: readonly (string | number)[]): number | undefined {
  const bare = codeOnly(text);
  if (path.length === 0) return /\bexport\s+default\b/.exec(bare)?.index;
  let from = 0;
  let to = bare.length;
  let found: number | undefined;
  for (const key of path) {
    if (typeof key === 'number') continue;
    const match = outermost(bare, key, from, to);
    if (match === undefined) break;
    found = match.index;
    from = match.index + match[0].length;
    const brace = /\s*\{/y;
    brace.lastIndex = from;
    if (brace.test(bare)) to = closing(bare, brace.lastIndex);
  }
  return found;
}

/** Of the places between `from` and `to` where `key` is a key, the first in the fewest braces. */
function outermost(bare: string, key: string, from: number, to: number): RegExpExecArray | undefined {
  const name = key.replaceAll(/[^\w]/g, String.raw`\$&`);
  const pattern = new RegExp(`(?<=[{,\\s]|^)(["']?)${name}\\1\\s*[:,}(]`, 'g');
  let best: { readonly match: RegExpExecArray; readonly depth: number } | undefined;
  for (const match of bare.slice(0, to).matchAll(pattern)) {
    if (match.index < from) continue;
    const depth = depthBetween(bare, from, match.index);
    if (best === undefined || depth < best.depth) best = { match, depth };
  }
  return best?.match;
}

function depthBetween(bare: string, from: number, to: number): number {
  const braces = bare.slice(from, to).match(/[{}]/g) ?? [];
  return braces.reduce((depth, brace) => depth + (brace === '{' ? 1 : -1), 0);
}

/** The offset of the brace that closes the one before `from`. */
function closing(bare: string, from: number): number {
  let depth = 1;
  for (let at = from; at < bare.length; at += 1) {
    depth += bare[at] === '{' ? 1 : bare[at] === '}' ? -1 : 0;
    if (depth === 0) return at;
  }
  return bare.length;
}

/** The same text, comments and strings blanked, but for strings that are keys. */
function codeOnly(source: string): string {
  const token = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return source.replaceAll(token, (text, at: number) =>
    !text.startsWith('/') && /^\s*:/.test(source.slice(at + text.length, at + text.length + 100))
      ? text
      : text.replaceAll(/[^\n]/g, ' '),
  );
}
