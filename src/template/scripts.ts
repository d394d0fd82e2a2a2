/** Whether scripts can be run by bash, as far as can be told without running them. It does not know who names them. */
import { credentialCode, credentialWords, findCredential } from '../core/credentials.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { maxScriptBytes } from '../core/recipe.ts';
import { Source } from '../core/source.ts';
import type { Located } from '../core/template.ts';
import type { Files } from '../ports/files.ts';
import type { ScriptFault, Shell } from '../ports/shell.ts';

/** `paths` are workspace paths; a file that cannot be read is left to who reads the inputs. */
export async function checkScripts(
  files: Files,
  shell: Shell,
  paths: Iterable<string>,
): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const sources: Source[] = [];
  for (const path of new Set(paths)) {
    const content = await files.read(path, maxScriptBytes);
    if ('problem' in content) continue;
    const source = new Source(path, content.text);
    const found = [...formProblems(source), ...credentialProblem(source)];
    diagnostics.push(...found);
    // What bash says of a script that has these is of no use.
    if (found.every(({ severity }) => severity === 'warning')) sources.push(source);
  }
  if (sources.length === 0) return diagnostics;
  const faults = await shell.check(sources.map(({ file }) => file));
  if (faults === undefined) return [...diagnostics, unchecked];
  const said = sources.flatMap((source) =>
    (faults.get(source.file) ?? []).map((fault) => faultDiagnostic(source, fault)),
  );
  return [...diagnostics, ...said];
}

/** Commands as templates have them. Where there is no bash nothing is found. */
export async function checkCommands(
  shell: Shell,
  commands: readonly Located<string>[],
): Promise<Diagnostic[]> {
  const doubtful = commands.filter(({ value }) => !isPlain(value));
  if (doubtful.length === 0) return [];
  const faults = await shell.checkCommands(doubtful.map(({ value }) => value));
  return doubtful.flatMap(({ value, place }) =>
    (faults?.get(value) ?? []).slice(0, 1).map(({ message, severity }) => ({
      severity,
      code: 'test-syntax',
      message: `bash: ${message}`,
      place,
      cure: 'mend the command',
    })),
  );
}

/** Words that bash can only take for a command and its arguments: most tests are nothing else. */
const isPlain = (command: string): boolean =>
  /^[\w./=:,@%+ -]+$/.test(command) && !command.split(' ').some((word) => reserved.has(word));

const reserved = new Set(
  'case coproc do done elif else esac fi for function if in select then time until while'.split(' '),
);

const unchecked: Diagnostic = {
  severity: 'warning',
  code: 'scripts-unchecked',
  message: 'the syntax of the scripts was not checked: there is no bash on PATH',
  cure: 'install bash, or put the folder that holds it on PATH',
};

/** What bash does not name, or names by what it leads to. */
function formProblems(source: Source): Diagnostic[] {
  const { file, text } = source;
  const language = otherLanguage(text);
  if (language !== undefined) {
    return [
      {
        severity: 'error',
        code: 'script-language',
        message: `${file} is not a shell script: its first line names ${language}, and bash runs it`,
        place: source.place(1, 1),
        cure: `write it for bash; a script for bash may hold the one for ${language} and hand it over`,
      },
    ];
  }
  if (text.startsWith('\uFEFF')) {
    return [
      {
        severity: 'error',
        code: 'script-byte-order-mark',
        message: `${file} begins with a byte order mark, which bash takes for a part of the first command`,
        place: { file },
        cure: 'save it as UTF-8 without one',
      },
    ];
  }
  return lineEnds(source);
}

/** What bash can read, whichever of them the first line names. */
const shells = new Set(['sh', 'bash', 'dash', 'ash']);

/** The interpreter that the first line names, where it is no shell of the kind. */
function otherLanguage(text: string): string | undefined {
  const line = /^\uFEFF?#![ \t]*([^\r\n]*)/.exec(text)?.[1] ?? '';
  const words = line.split(/[ \t]+/).map((word) => word.slice(word.lastIndexOf('/') + 1));
  const [first, ...rest] = words;
  const named = first === 'env' ? rest.find((word) => !/^-|=/.test(word)) : first;
  return named === undefined || named === '' || shells.has(named) ? undefined : named;
}

/** It works, and stays with SSM, which keeps what it was sent. */
function credentialProblem(source: Source): Diagnostic[] {
  const found = findCredential(source.text);
  if (found === undefined) return [];
  return [
    {
      severity: 'warning',
      code: credentialCode,
      ...credentialWords(found.what),
      place: source.placeAt(found.at),
    },
  ];
}

/** The first of each script, with its line. */
export async function credentialsInScripts(
  files: Files,
  paths: Iterable<string>,
): Promise<{ readonly what: string; readonly file: string; readonly line: number }[]> {
  const all = [];
  for (const file of new Set(paths)) {
    const content = await files.read(file, maxScriptBytes);
    const found = 'problem' in content ? undefined : findCredential(content.text);
    if ('problem' in content || found === undefined) continue;
    all.push({ what: found.what, file, line: new Source(file, content.text).placeAt(found.at).line });
  }
  return all;
}

/** An odd line may be meant, in a here-document; a whole script of them was saved on Windows. */
function lineEnds(source: Source): Diagnostic[] {
  const { file, text } = source;
  const first = text.indexOf('\r\n');
  if (first === -1) return [];
  const all = !/(^|[^\r])\n/.test(text);
  return [
    {
      severity: all ? 'error' : 'warning',
      code: 'script-line-ends',
      message: `${file} has Windows line ends${all ? '' : ' in some lines'}, which bash takes for a part of the commands`,
      place: source.placeAt(first),
      cure: `save it with Unix line ends: sed -i 's/\\r$//' ${file}`,
    },
  ];
}

function faultDiagnostic(source: Source, { line, message, severity }: ScriptFault): Diagnostic {
  return {
    severity,
    code: 'script-syntax',
    message: `bash: ${message}`,
    place: line === undefined ? { file: source.file } : placeOf(source, line),
    cure:
      line === undefined
        ? `see what bash -n ${source.file} says`
        : 'mend the syntax there, or above it where something is still open',
  };
}

/** The first word of the line. What is missing at the end, bash finds on a line that is not there: then the last one. */
function placeOf(source: Source, line: number): NonNullable<Diagnostic['place']> {
  const lines = source.text.trimEnd().split('\n').length;
  const there = Math.min(line, lines);
  const indent = /^\s*/.exec(source.place(there, 1).excerpt)?.[0].length ?? 0;
  return source.place(there, indent + 1);
}
