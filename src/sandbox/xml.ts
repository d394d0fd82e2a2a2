/** XML text from plain values. It does not know which elements a service wants. */

export type Xml = string | number | boolean | undefined | readonly Xml[] | { readonly [name: string]: Xml };

/** A list repeats its element; what is undefined is left out. */
function element(name: string, value: Xml): string {
  if (value === undefined) return '';
  if (typeof value === 'object') {
    if (isList(value)) return value.map((one) => element(name, one)).join('');
    return `<${name}>${elements(value)}</${name}>`;
  }
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

function elements(values: { readonly [name: string]: Xml }): string {
  let text = '';
  for (const name in values) text += element(name, values[name]);
  return text;
}

export const document = (
  root: string,
  namespace: string,
  values: { readonly [name: string]: Xml },
): Uint8Array =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${namespace === '' ? '' : ` xmlns="${namespace}"`}>${elements(values)}</${root}>`,
  );

const isList = (value: readonly Xml[] | { readonly [name: string]: Xml }): value is readonly Xml[] =>
  Array.isArray(value);

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

const plain = /^[^&<>"\p{Cc}]*$/u;

// Other control characters cannot stand in XML 1.0 in any form.
const escapeXml = (text: string): string =>
  plain.test(text)
    ? text
    : text.replaceAll(
        /[&<>"\r]|\p{Cc}/gu,
        (character) => entities[character] ?? (isAllowed(character) ? character : '\uFFFD'),
      );

const isAllowed = (character: string): boolean =>
  character >= ' ' || character === '\t' || character === '\n';
