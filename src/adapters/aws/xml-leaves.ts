/** The texts of an XML document as AWS writes it: elements and text alone. It does not know what they mean. */

/**
 * Calls `onEnd` at the end of each element, with the names of those that hold it and the text that it holds where it holds
 * no other element. Throws an Error that says why the text cannot be read: what AWS never writes (comments, CDATA, document
 * types) is not known here.
 */
export function readLeaves(
  text: string,
  onEnd: (path: readonly string[], name: string, text: string) => void,
): void {
  const path: string[] = [];
  /** Where the text of an element begins that holds no other so far; negative: there is none. */
  let leaf = -1;
  let at = text.search(/\S/);
  if (at < 0) throw new Error('it is empty');
  while (at >= 0) {
    const end = text[at] === '<' ? text.indexOf('>', at) : -1;
    if (end < 0) throw new Error(`it is no XML from character ${at} on`);
    if (text[at + 1] === '/') {
      const name = text.slice(at + 2, end);
      if (path.pop() !== name) throw new Error(`</${name}> closes what is not open`);
      onEnd(path, name, leaf < 0 ? '' : unescaped(text.slice(leaf, at)));
      leaf = -1;
    } else if (text[at + 1] !== '?') {
      const isEmpty = text[end - 1] === '/';
      const name = nameOf(text.slice(at + 1, isEmpty ? end - 1 : end));
      if (name === undefined) throw new Error(`it is no XML from character ${at} on`);
      if (isEmpty) onEnd(path, name, '');
      else path.push(name);
      leaf = isEmpty ? -1 : end + 1;
    }
    at = nextTag(text, end + 1);
  }
  if (path.length > 0) throw new Error(`it ends within <${path.at(-1)}>`);
}

/** Where the next tag begins; negative: only white space is left. */
function nextTag(text: string, from: number): number {
  const tag = text.indexOf('<', from);
  if (tag >= 0 || text.slice(from).trim() === '') return tag;
  return from;
}

/** There are few, and each comes thousands of times. */
const names = new Set<string>();

/** Of what stands between the brackets; undefined: it is none. */
function nameOf(tag: string): string | undefined {
  if (names.has(tag)) return tag;
  const [, name, attributes] = /^([A-Za-z][\w.-]*)(\s[^<]*)?$/.exec(tag) ?? [];
  if (name !== undefined && attributes === undefined && names.size < 1000) names.add(name);
  return name;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[String(name)] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}
