/** All that can be said of a workspace without a cloud. It does not know how it is shown. */
import type { Diagnostic } from '../core/diagnostic.ts';
import { severalNames } from '../graph/names.ts';
import { without } from '../graph/without.ts';
import type { Files } from '../ports/files.ts';
import { type InputIndex, readInputs } from '../template/inputs.ts';
import { checkCommands, checkScripts } from '../template/scripts.ts';
import { openShell, type Workspace } from './context.ts';
import { lookAtLock } from './lock-file.ts';
import { readCollection } from './reading.ts';
import { takesCommands } from './runnable.ts';
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
  const shell = await openShell(workspace, around);
  const faults = await checkScripts(files, shell, readable);
  const tests = takesCommands(config) ? [...good, ...bad].flatMap(({ own }) => own.tests) : [];
  const lock = await lookAtLock(files);
  const misnamed = await ofOtherEnding(files, config.templates, inputs.files);
  return {
    templates: good.length + collection.unusable.size,
    diagnostics: [
      ...without(collection, inputs.lacking).diagnostics,
      ...[...collection.unusable.keys()].flatMap((name) => inputs.lacking.get(name) ?? []),
      ...inputs.diagnostics,
      ...faults,
      ...(await checkCommands(shell, tests)),
      ...misnamed,
      ...(lock.ok ? [] : lock.error),
    ],
  };
}

/** Files that would be templates with `.yaml` in the place of `.yml`, `.YAML`, or the other way round: they are easily missed. */
async function ofOtherEnding(
  files: Files,
  pattern: string,
  inputs: InputIndex['files'],
): Promise<Diagnostic[]> {
  const [, beginning, ending] = /^(.*)\.(ya?ml)$/s.exec(pattern) ?? [];
  if (beginning === undefined) return [];
  const found = await files.list([`${beginning}.[yY]{[aA],}[mM][lL]`]);
  const others = found.ok ? found.value.filter((file) => !file.endsWith(`.${ending}`)) : [];
  const misnamed = others.filter((file) => !inputs.has(file));
  if (misnamed.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'other-ending',
      message: `${severalNames(misnamed)} ${misnamed.length === 1 ? 'is no template' : 'are no templates'}: templates in amifile.ts is ${pattern}`,
      cure: `let their names end in .${ending}${misnamed.every((file) => /\.ya?ml$/.test(file)) ? `, or set templates to ${beginning}.{yaml,yml}` : ''}`,
    },
  ];
}
