/** What is wrong with the text of a YAML file as a whole, and where. It does not know what the file says. */
import { cureOfSyntax } from './yaml-cures.ts';

/** What is wrong, and the offset of the character where it is. */
export interface YamlProblem {
  readonly message: string;
  readonly at: number;
  readonly cure: string;
}

export function syntaxProblem(text: string, reason: string, offset: number): YamlProblem {
  const version = /YAML version/.test(reason) ? otherVersion(text) : undefined;
  if (version !== undefined) return version;
  const conflict = /^(?:<{7}|>{7})(?=[ \r\n]|$)/m.exec(text);
  if (conflict !== null)
    return {
      message: 'the file holds a merge conflict',
      at: conflict.index,
      cure: 'keep one of the two texts, and take the lines with the marks out',
    };
  const end = lastText(text, offset);
  const lineStart = text.lastIndexOf('\n', end - 1) + 1;
  const tab = text.slice(lineStart, end).indexOf('\t');
  // The library takes any tab before or between brackets for indentation.
  return reason === 'deficient indentation' && tab >= 0
    ? { message: `YAML: ${reason}`, at: lineStart + tab, cure: cureOfSyntax('tab characters') }
    : { message: `YAML: ${reason}`, at: end, cure: cureOfSyntax(reason, text.slice(end, end + 100)) };
}

/** The offset, or where there is nothing on its line, that of the last character before it: an empty line explains nothing. */
function lastText(text: string, offset: number): number {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1);
  return line[0]?.trim() === '' ? Math.max(0, text.slice(0, offset).trimEnd().length - 1) : offset;
}

/** Behind the end of the first, where it has one, or at the mark of the last. */
export function secondDocument(text: string): number {
  const [end] = /^[^]*?\n\.\.\.[ \t]*(?:#[^\r\n]*)?[\r\n]+/.exec(text) ?? [''];
  return text.lastIndexOf('\n---') + 1 || end.length;
}

export function otherVersion(text: string): YamlProblem | undefined {
  const [directive, version] = yamlDirective.exec(text) ?? [];
  if (directive === undefined || version === '1.2') return undefined;
  return {
    message: `the file says that it is YAML ${version}, and is read as YAML 1.2`,
    at: directive.lastIndexOf('%'),
    cure: 'take that line out, and write numbers and truth values as YAML 1.2 has them',
  };
}

/** Before the document, among comments and other directives. */
const yamlDirective = /^(?:(?:[#%][^\r\n]*|[ \t]*)(?:\r\n|\r(?!\n)|\n))*?%YAML[ \t]+(\S+)/;
