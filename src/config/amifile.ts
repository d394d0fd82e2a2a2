/** Finds amifile.ts and checks what it exports. It does not know the defaults, nor the environment. */
import { lstat, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { credentialCode, credentialsIn, credentialWords } from '../core/credentials.ts';
import { type Diagnostic, errorOf, InvalidInput } from '../core/diagnostic.ts';
import { Source } from '../core/source.ts';
import { type SchemaIssue, schemaIssues } from '../core/schema-issues.ts';
import { locateOption } from './locate-option.ts';
import { fileName, type RanAmifile, runAmifile } from './run-amifile.ts';
import { configSchema } from './schema.ts';
import type { WrittenConfig } from './written-config.ts';

/** Absolute path of the nearest folder, from `start` upwards, that holds an amifile.ts. Throws InvalidInput. */
export async function findWorkspace(start: string): Promise<string> {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const exists = await lstat(join(folder, fileName)).then(
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
export async function readAmifile(root: string): Promise<RanAmifile<WrittenConfig>> {
  const { value: checked, outside } = await runAmifile(root, (exported) => {
    if (exported !== undefined) return v.safeParse(configSchema, exported);
    throw invalid('no-default-export', `${fileName} exports nothing by default`, {
      place: { file: fileName },
      cure: 'write: export default defineConfig({ ... });',
    });
  });
  // What was checked, and not what was exported: a getter may answer something else the next time.
  const credentials = checked.success ? credentialsIn(checked.output) : [];
  if (checked.success && credentials.length === 0) return { value: checked.output as WrittenConfig, outside };
  const source = new Source(fileName, await readFile(join(root, fileName), 'utf8'));
  if (checked.success)
    throw new InvalidInput(
      credentials.map(({ what, path }) =>
        errorOf(credentialCode, { ...credentialWords(what), place: placeOf(path, source) }),
      ),
    );
  throw new InvalidInput(
    schemaIssues(configSchema, checked.issues, `what ${fileName} exports`).map((issue) =>
      asDiagnostic(issue, source),
    ),
  );
}

const asDiagnostic = ({ path, ...issue }: SchemaIssue, source: Source): Diagnostic => ({
  severity: 'error',
  ...issue,
  place: placeOf(path, source),
});

function placeOf(path: SchemaIssue['path'], source: Source): NonNullable<Diagnostic['place']> {
  const at = locateOption(source.text, path);
  return at === undefined ? { file: fileName } : source.placeAt(at);
}

const invalid = (code: string, message: string, rest: Pick<Diagnostic, 'place' | 'cure'>): InvalidInput =>
  new InvalidInput([{ severity: 'error', code, message, ...rest }]);
