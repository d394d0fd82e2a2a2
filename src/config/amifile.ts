/** Finds, runs and checks amifile.ts. It does not know the defaults, nor the environment. */
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { type Diagnostic, InvalidInput } from '../core/diagnostic.ts';
import { type SchemaIssue, schemaIssues } from '../core/schema-issues.ts';
import { locateOption } from './locate-option.ts';
import { configSchema } from './schema.ts';
import { defineConfig, type WrittenConfig } from './written-config.ts';

const fileName = 'amifile.ts';

/** Absolute path of the nearest folder, from `start` upwards, that holds an amifile.ts. Throws InvalidInput. */
export async function findWorkspace(start: string): Promise<string> {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const exists = await access(join(folder, fileName)).then(
      () => true,
      () => false,
    );
    if (exists) return folder;
    if (folder === dirname(folder)) break;
  }
  throw invalid('no-amifile', `no ${fileName} in ${resolve(start)} or a folder above it`, {
    cure: `run amigraph in a workspace, or make ${fileName}: import { defineConfig } from 'amigraph'; export default defineConfig({});`,
  });
}

/** What the amifile.ts of the workspace `root` exports. Throws InvalidInput. */
export async function readAmifile(root: string): Promise<WrittenConfig> {
  const exported = await run(root);
  if (exported === undefined) {
    throw invalid('no-default-export', `${fileName} exports nothing by default`, {
      place: { file: fileName },
      cure: 'write: export default defineConfig({ ... });',
    });
  }
  const checked = v.safeParse(configSchema, exported);
  if (checked.success) return exported as WrittenConfig;
  const source = await readFile(join(root, fileName), 'utf8');
  throw new InvalidInput(
    schemaIssues(configSchema, checked.issues).map((issue) => asDiagnostic(issue, source)),
  );
}

async function run(root: string): Promise<unknown> {
  const file = join(root, fileName);
  // By require, since importing CommonJS makes Node search all of its text for exports first.
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti');
  const jiti = createJiti(join(root, '/'), {
    virtualModules: { amigraph: { defineConfig } },
    fsCache: await cacheFolder(root),
    interopDefault: false,
  });
  try {
    const module = await jiti.import<{ default?: unknown }>(file);
    return module.default;
  } catch (error) {
    throw cannotRun(error, file);
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

/** An error of the user's own code, or of its syntax: its first line, and where. */
function cannotRun(error: unknown, file: string): InvalidInput {
  const text =
    error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error);
  const at = text.split(file)[1]?.match(/^:(\d+):(\d+)/);
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.trim() ?? '';
  const place =
    at === null || at === undefined
      ? { file: fileName }
      : { file: fileName, line: Number(at[1]), column: columnOf(at, error) };
  return invalid('amifile-broken', `${fileName} cannot be run: ${message.replace(/^ParseError: /, '')}`, {
    place,
  });
}

/** What runs is the compiled text, whose first line begins with more than the user wrote; its syntax is checked before. */
function columnOf([, line, column]: RegExpMatchArray, error: unknown): number {
  const compiled = !(error instanceof Error && error.message.startsWith('ParseError'));
  return line === '1' && compiled ? 1 : Number(column);
}

function asDiagnostic(issue: SchemaIssue, source: string): Diagnostic {
  const at = locateOption(source, issue.path);
  return {
    severity: 'error',
    code: issue.code,
    message: issue.message,
    place: at === undefined ? { file: fileName } : { file: fileName, ...at },
    excerpt: at === undefined ? undefined : source.split('\n')[at.line - 1],
    cure: issue.cure,
  };
}

const invalid = (code: string, message: string, rest: Pick<Diagnostic, 'place' | 'cure'>): InvalidInput =>
  new InvalidInput([{ severity: 'error', code, message, ...rest }]);
