/** Scripts and inputs of an earlier state, of which some may be missing. It does not know when that was. */
import type { Config } from '../config/config.ts';
import { digestOf } from '../core/digest.ts';
import type { InputFile } from '../core/recipe.ts';
import type { MergedTemplate } from '../core/template.ts';
import type { InputIndex } from '../template/inputs.ts';

/**
 * As if each script that is missing were a file of its own kind, and inputs that are missing had never been named:
 * nothing can be built from that, but any recipe that uses them differs from one that has them, by just these.
 */
export function withoutGaps(
  inputs: InputIndex,
  steps: Config['steps'],
  templates: Iterable<MergedTemplate>,
): InputIndex {
  const files = new Map<string, InputFile>(inputs.files);
  const own = [...templates].flatMap((merged) => merged.own.scripts.map(({ value }) => value));
  for (const path of [...Object.values(steps).map(({ script }) => script), ...own])
    if (!files.has(path)) files.set(path, { path, digest: digestOf(`no file: ${path}`), executable: false });
  return { ...inputs, files, diagnostics: [], lacking: new Map() };
}
