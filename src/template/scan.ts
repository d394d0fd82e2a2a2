/** All templates of a workspace. It does not know how they hang together. */
import { posix } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { Source, withoutByteOrderMark } from '../core/source.ts';
import type { Template, TemplateLinks } from '../core/template.ts';
import type { FileProblem, Files, Unread } from '../ports/files.ts';
import {
  type BrokenTemplate,
  type ReadableTemplate,
  type ReadTemplate,
  readTemplate,
  type TemplateNaming,
} from './read.ts';
import { nameProblem } from './template-name.ts';
import { unlisted } from './unlisted.ts';

export interface Scan {
  readonly templates: readonly Template[];
  /** Files that could not be read as templates, with the names that they would have had. */
  readonly broken: readonly (readonly [TemplateName, string])[];
  /** What they say, as far as they can be read. */
  readonly readable: readonly ReadableTemplate[];
  /** What templates extend, and what is there without being a template. */
  readonly others: ReadonlyMap<string, NoTemplate>;
  readonly diagnostics: readonly Diagnostic[];
}

/** `outside`: a link out of the workspace. */
export type NoTemplate = 'a file' | 'no file' | 'outside';

type Read = Result<ReadTemplate, BrokenTemplate>;

/** Files that were read, for another scan in which some of them are the same. */
export interface Reads {
  get(file: string): Read | undefined;
  set(file: string, read: Read): unknown;
}

export interface ScanOptions {
  readonly reads?: Reads | undefined;
  /** These files alone, which exist, in the place of all that the pattern finds. */
  readonly only?: readonly string[] | undefined;
}

const maxBytes = 256 * 1024;

/** Reads every file that `pattern` finds; a bad one does not keep the others from being read. `root`: the workspace's folder. */
export async function scanTemplates(
  files: Files,
  pattern: string,
  root: string,
  { reads, only }: ScanOptions = {},
): Promise<Scan> {
  const naming = templateNaming(pattern, root);
  const found = only === undefined ? await files.list([pattern]) : ok(only);
  if (!found.ok) return nothing(unlisted(found.error));
  if (only === undefined && found.value.length === 0) return nothing(noTemplates(pattern));
  const templates: Template[] = [];
  const broken: [TemplateName, string][] = [];
  const readable: ReadableTemplate[] = [];
  const diagnostics: (readonly Diagnostic[])[] = [];
  for (const file of found.value) {
    const name = naming.nameOf(file);
    const read = reads?.get(file) ?? (await readFile(files, file, name, naming));
    reads?.set(file, read);
    if (read.ok) {
      templates.push(read.value.template);
      diagnostics.push(read.value.warnings);
    } else {
      broken.push([name, file]);
      if (read.error.rest !== undefined) readable.push(read.error.rest);
      diagnostics.push(read.error.diagnostics);
    }
  }
  const others = await notFound(files, new Set(found.value), [...templates, ...readable]);
  return { templates, broken, readable, others, diagnostics: diagnostics.flat() };
}

async function notFound(
  files: Files,
  found: ReadonlySet<string>,
  templates: readonly TemplateLinks[],
): Promise<Scan['others']> {
  const others = new Map<string, NoTemplate>();
  for (const { parentFile } of templates) {
    if (parentFile === undefined || found.has(parentFile) || others.has(parentFile)) continue;
    // The workspace's own folder is neither inside nor a link.
    const content = parentFile === '.' ? { problem: 'not-a-file' } : await files.read(parentFile, 0);
    if (!('problem' in content) || content.problem === 'too-big') others.set(parentFile, 'a file');
    else if (content.problem === 'not-a-file') others.set(parentFile, 'no file');
    else if (content.problem === 'outside-workspace') others.set(parentFile, 'outside');
  }
  return others;
}

async function readFile(
  files: Files,
  file: string,
  name: TemplateName,
  naming: TemplateNaming,
): Promise<Read> {
  const misnamed = nameProblem(name);
  if (misnamed !== undefined) return unread(unfitName(file, misnamed));
  const content = await files.read(file, maxBytes);
  if ('problem' in content) return unread(unreadable(file, content));
  return readTemplate(new Source(file, withoutByteOrderMark(content.text)), naming, content.identity);
}

const unread = (why: Diagnostic): Read => fail({ diagnostics: [why], rest: undefined });

const nothing = (why: Diagnostic): Scan => ({
  templates: [],
  broken: [],
  readable: [],
  others: new Map(),
  diagnostics: [why],
});

/** A name is the path below the fixed part of the pattern, without the ending: `templates/md/a.yaml` is `md/a`. */
export function templateNaming(pattern: string, root: string): TemplateNaming {
  const fixed = /^(?:[^*?[\]{}()!]+\/)?/.exec(pattern)?.[0] ?? '';
  return {
    nameOf(file) {
      const below = file.startsWith(fixed) ? file.slice(fixed.length) : posix.relative(fixed, file);
      return templateName(below.slice(0, below.length - posix.extname(below).length));
    },
    inWorkspace: (path, file) => workspacePath(root, path, file),
  };
}

/** `extends` is written relative to the file that holds it, or absolute inside the workspace. */
function workspacePath(root: string, path: string, file: string): string | undefined {
  const found = posix.isAbsolute(path)
    ? posix.relative(root, path)
    : posix.normalize(posix.join(posix.dirname(file), path));
  return found === '..' || found.startsWith('../') || found === '' ? undefined : found;
}

function unfitName(file: string, problem: string): Diagnostic {
  return {
    severity: 'error',
    code: 'template-name',
    message: `the name of the template in ${JSON.stringify(file)} ${problem}`,
    place: { file },
    cure: 'rename the file',
  };
}

function noTemplates(pattern: string): Diagnostic {
  return {
    severity: 'error',
    code: 'no-templates',
    message: `no file matches ${pattern}`,
    cure: 'add a template, or set templates in amifile.ts to where they are',
  };
}

const problems: Record<FileProblem, readonly [why: string, cure: string]> = {
  missing: ['it is gone, or a link to nothing', 'put the file there, or remove the link'],
  'not-a-file': ['it is not a regular file', 'make it a file, or remove it'],
  'outside-workspace': ['it is a link to a place outside the workspace', 'copy the file into the workspace'],
  unreadable: ['it cannot be read', 'make it a file that you may read'],
  'not-text': ['it is not UTF-8 text', 'save it as UTF-8'],
  'too-big': [`it is larger than ${maxBytes / 1024} KiB`, 'split it: a template is a page of text'],
};

function unreadable(file: string, { problem, at }: Unread): Diagnostic {
  const [why, cure] = problems[problem];
  const message = `${file} is not read: ${why}`;
  return { severity: 'error', code: problem, message, place: { file, ...at }, cure };
}
