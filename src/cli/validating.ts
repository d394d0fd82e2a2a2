/** All that can be said of a workspace without a cloud. It does not know how it is shown. */
import type { Diagnostic } from '../core/diagnostic.ts';
import { without } from '../graph/without.ts';
import { readInputs } from '../template/inputs.ts';
import { checkScripts } from '../template/scripts.ts';
import { openShell, type Workspace } from './context.ts';
import { lookAtLock } from './lock-file.ts';
import { readCollection } from './reading.ts';
import type { Surroundings } from './surroundings.ts';

export interface Validation {
  /** How many there are, good or not. */
  readonly templates: number;
  readonly diagnostics: readonly Diagnostic[];
}

export async function validate(workspace: Workspace, around: Surroundings): Promise<Validation> {
  const { config, files } = workspace;
  const collection = await readCollection(workspace);
  const good = [...collection.templates.values()];
  const bad = [...collection.unusable.values()].flatMap(({ templates }) =>
    templates.map((template) => ({ template, own: template })),
  );
  const inputs = await readInputs(files, config.steps, [...good, ...bad]);
  const scripts = [
    ...Object.values(config.steps).map(({ script }) => script),
    ...[...good, ...bad].flatMap(({ own }) => own.scripts.map(({ value }) => value)),
  ];
  const readable = scripts.filter((path) => inputs.files.has(path));
  const faults = await checkScripts(files, await openShell(workspace, around), readable);
  const lock = await lookAtLock(files);
  return {
    templates: good.length + collection.unusable.size,
    diagnostics: [
      ...without(collection, inputs.lacking).diagnostics,
      ...[...collection.unusable.keys()].flatMap((name) => inputs.lacking.get(name) ?? []),
      ...inputs.diagnostics,
      ...faults,
      ...(lock.ok ? [] : lock.error),
    ],
  };
}
