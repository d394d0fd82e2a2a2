/** The texts of an XML document as AWS writes it: elements and text alone. It does not know what they mean. */

/** One tag and the text behind it. What AWS never writes (comments, CDATA, document types) fits nothing here. */
const token = /<(?:\?[^<>]*\?|(\/?)([A-Za-z][\w.-]*)(?:\s[^<>]*?)?(\/?))>([^<]*)/y;

/**
 * Calls `onEnd` at the end of each element, with the names of those that hold it and the text that it holds where it holds
 * no other element. Throws an Error that says why the text cannot be read.
 */
export function readLeaves(
  text: string,
  onEnd: (path: readonly string[], name: string, text: string) => void,
): void {
  const path: string[] = [];
  let leaf: string | undefined;
  token.lastIndex = 0;
  let end = text.search(/\S/);
  if (end < 0) throw new Error('it is empty');
  while (end < text.length) {
    token.lastIndex = end;
    const found = token.exec(text);
    if (found === null) throw new Error(`it is no XML from character ${end} on`);
    const [whole, closing, name, empty, behind = ''] = found;
    end += whole.length;
    if (name === undefined) continue;
    if (closing === '') path.push(name);
    if (closing === '' && empty === '') leaf = behind;
    else {
      if (path.pop() !== name) throw new Error(`</${name}> closes what is not open`);
      onEnd(path, name, closing === '' || leaf === undefined ? '' : unescaped(leaf));
      leaf = undefined;
    }
  }
  if (path.length > 0) throw new Error(`it ends within <${path.at(-1)}>`);
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
