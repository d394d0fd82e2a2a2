/** Compiles an amifile.ts that stands on its own, in a tenth of the time that one with imports of files takes. It does not know what it should export. */
import { createRequire, isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import { defineConfig } from './written-config.ts';

/** Runs it, and gives what it exports. */
export type CompiledAmifile = () => { readonly default?: unknown };

/**
 * Undefined where it imports more than amigraph and Node's own modules, awaits, or is not what it should be:
 * that is for the thorough way to tell. So are namespaces, which sucrase leaves out. `file`: its absolute path.
 */
export async function compilePlain(source: string, file: string): Promise<CompiledAmifile | undefined> {
  if (/\b(?:namespace|module)\b/.test(source)) return undefined;
  const { transform } = await import('sucrase');
  try {
    const { code } = transform(source, {
      transforms: ['typescript', 'imports'],
      disableESTransforms: true,
      preserveDynamicImport: true,
    });
    if (!isPlain(code)) return undefined;
    const run = compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname'], {
      filename: file,
    }) as (...given: unknown[]) => void;
    return () => {
      const module = { exports: {} };
      run(module.exports, requireFrom(file), module, file, dirname(file));
      return module.exports;
    };
  } catch {
    return undefined;
  }
}

const isPlain = (code: string): boolean =>
  !/\bimport\s*[.(]/.test(code) &&
  [...code.matchAll(/\brequire\b(?:\('([^']*)'\))?/g)].every(
    ([, id]) => id !== undefined && (id === 'amigraph' || isBuiltin(id)),
  );

/** A folder that is no npm project gets amigraph from the running program. */
function requireFrom(file: string): (id: string) => unknown {
  const native = createRequire(file);
  return (id) => (id === 'amigraph' ? { defineConfig } : (native(id) as unknown));
}
