/** Runs amifile.ts, which is the user's own code, and outlives whatever it does. It does not know what it should export. */
import { access, constants, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { inspect } from 'node:util';
import { type Diagnostic, InvalidInput, type Place } from '../core/diagnostic.ts';
import { Source } from '../core/source.ts';
import { guarded, Misbehaved } from './guard.ts';
import { compilePlain } from './plain-amifile.ts';
import { defineConfig } from './written-config.ts';

export const fileName = 'amifile.ts';

const maxBytes = 1024 * 1024;

export interface RanAmifile<Value> {
  readonly value: Value;
  /** Code outside of the workspace that it imports, packages apart: paths relative to the workspace. */
  readonly outside: readonly string[];
}

/** What `use` makes of the default export; it is called under guard, since a getter runs code too. Throws InvalidInput. */
export async function runAmifile<Value>(
  root: string,
  use: (exported: unknown) => Value,
): Promise<RanAmifile<Value>> {
  const file = join(root, fileName);
  await mustBeFile(file);
  const fsCache = await cacheFolder(root);
  try {
    const plain = compilePlain(await readFile(file, 'utf8'), file);
    if (plain === undefined) return await runThoroughly(root, file, fsCache, use);
    return { value: await guarded(() => Promise.resolve(use(plain()))), outside: [] };
  } catch (error) {
    throw error instanceof InvalidInput ? error : await cannotRun(error, root);
  }
}

/** By jiti, which compiles TypeScript and follows imports. */
async function runThoroughly<Value>(
  root: string,
  file: string,
  fsCache: string | false,
  use: (exported: unknown) => Value,
): Promise<RanAmifile<Value>> {
  // By require, since importing CommonJS makes Node search all of its text for exports first.
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti');
  const jiti = createJiti(join(root, '/'), {
    virtualModules: { amigraph: { defineConfig } },
    fsCache,
    interopDefault: false,
  });
  const before = new Set(Object.keys(jiti.cache));
  const value = await guarded(async () => use((await jiti.import<{ default?: unknown }>(file)).default));
  const loaded = Object.keys(jiti.cache).filter((one) => !before.has(one));
  return { value, outside: loaded.map((one) => relative(root, one)).filter(isOutsideCode) };
}

const isOutsideCode = (path: string): boolean =>
  path.startsWith('../') && !path.split('/').includes('node_modules');

/** A pipe or a device would be waited for, or read without end. */
async function mustBeFile(file: string): Promise<void> {
  const found = await access(file, constants.R_OK)
    .then(() => stat(file))
    .catch((error: unknown) => String((error as NodeJS.ErrnoException).code));
  if (typeof found === 'string') {
    throw broken(found === 'ENOENT' ? 'is a link to nothing' : `cannot be read: ${found}`, {
      cure: 'make it a file that you may read',
    });
  }
  if (!found.isFile()) throw broken('is not a regular file', { cure: 'make it a file' });
  if (found.size > maxBytes) {
    throw broken(`is larger than ${maxBytes / 1024} KiB`, { cure: 'keep data in files that it reads' });
  }
}

/** Where the compiled amifile.ts is kept; false where nothing can be written, which costs time alone. */
async function cacheFolder(root: string): Promise<string | false> {
  const own = join(root, '.amigraph');
  try {
    await mkdir(join(own, 'cache'), { recursive: true });
    await writeFile(join(own, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => {});
    return join(own, 'cache');
  } catch {
    return false;
  }
}

/** The first line of what it says, where in the user's files it came from, and that line. */
async function cannotRun(thrown: unknown, root: string): Promise<InvalidInput> {
  const { message, stack, syntax } = describe(thrown);
  const at = firstPlace(`${message}\n${stack}`, root);
  const [first = ''] = message.replace(/^ParseError: /, '').split('\n');
  const text = `cannot be run: ${first.trim()}`;
  const cure = cureOf(thrown, syntax);
  if (at === undefined) return broken(text, { cure });
  const source = new Source(at.file, await readFile(join(root, at.file), 'utf8').catch(() => ''));
  const { excerpt } = source.place(at.line, 1);
  // What ran is the compiled text: its lines are those of the source, its columns are not.
  const column = syntax ? at.column + 1 : 1 + excerpt.search(/\S|$/);
  return broken(text, { place: source.place(at.line, column), cure });
}

/** Even an error's own properties may be code that fails. */
function describe(error: unknown): { message: string; stack: string; syntax: boolean } {
  try {
    if (!(error instanceof Error)) {
      return { message: typeof error === 'string' ? error : inspect(error), stack: '', syntax: false };
    }
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    const message = `${error.message || error.name}${cause}`;
    return { message, stack: String(error.stack), syntax: message.startsWith('ParseError') };
  } catch {
    return { message: 'it throws what cannot be read', stack: '', syntax: false };
  }
}

function cureOf(error: unknown, syntax: boolean): string {
  if (error instanceof Misbehaved) return error.cure;
  if (syntax) return 'mend the syntax there';
  return describe(error).message.startsWith('Cannot find ')
    ? 'mend the import, or install what it names'
    : 'mend the code there: it is run whenever amigraph reads its options';
}

function firstPlace(text: string, root: string): Omit<Place, 'excerpt'> | undefined {
  for (const [, path = '', line, column] of text.matchAll(/(\/[^\n:]+):(\d+):(\d+)/g)) {
    const file = relative(root, path);
    if (!file.startsWith('..') && !file.includes('node_modules'))
      return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

const broken = (
  text: string,
  { place = { file: fileName }, ...rest }: Pick<Diagnostic, 'place' | 'cure'>,
): InvalidInput =>
  new InvalidInput([
    { severity: 'error', code: 'amifile-broken', message: `${fileName} ${text}`, place, ...rest },
  ]);
