/** Whether what is to be built can be run, as far as that can be told before: a build would end there, after all that runs first. It builds nothing. */
import { usualScripts } from '../config/usual-scripts.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Plan } from '../core/plan.ts';
import { maxScriptBytes, type Step } from '../core/recipe.ts';
import { shellWord } from '../core/shell-word.ts';
import type { Collection } from '../graph/collection.ts';
import { counted } from '../report/diagnostics.ts';
import { checkCommands, checkScripts } from '../template/scripts.ts';
import { openShell, type Workspace } from './context.ts';
import type { Surroundings } from './surroundings.ts';
import { tellDiagnostics } from './telling.ts';

/** Tells it and goes on: the bash of the instance may be another one, and a script may end above what this one cannot read. */
export async function tellUnrunnable(
  around: Surroundings,
  workspace: Workspace,
  { templates }: Collection,
  { actions }: Plan,
): Promise<void> {
  const { config, files } = workspace;
  const built = actions.flatMap((one) => (one.action === 'build' ? [one] : []));
  if (built.length === 0) return;
  const shell = await openShell(workspace, around);
  const steps = built.flatMap(({ recipe }) => recipe.steps);
  const tests = built.flatMap(({ template }) => templates.get(template)?.all.tests ?? []);
  const found = [
    ...(await checkScripts(
      files,
      shell,
      steps.map(({ script }) => script),
    )),
    ...(takesCommands(config) ? await checkCommands(shell, [...new Set(tests)]) : []),
  ].filter(({ severity }) => severity === 'error');
  for (const { template, recipe } of built)
    for (const step of recipe.steps) found.push(...(await tooLong(template, step, files)));
  tellDiagnostics(around, { diagnostics: found }, []);
}

/** Whether tests are handed to bash: a script of the user's own may make something else of them. */
export const takesCommands = ({ steps }: Workspace['config']): boolean =>
  steps.tests.script === usualScripts.tests;

/** SSM takes some 64 KiB; a few are for what surrounds the script. */
const mostKib = 60;

async function tooLong(
  template: string,
  { name, script, arguments: given }: Step,
  files: Workspace['files'],
): Promise<Diagnostic[]> {
  const bytes = Buffer.byteLength(given.map(shellWord).join(' '));
  // Beside these, there is room for any script.
  if (bytes + maxScriptBytes <= mostKib * 1024) return [];
  const content = await files.read(script, maxScriptBytes);
  const kib = Math.ceil((bytes + ('text' in content ? Buffer.byteLength(content.text) : 0)) / 1024);
  if (kib <= mostKib) return [];
  return [
    {
      severity: 'warning',
      code: 'step-too-long',
      message: `step ${name.slice(0, 100)} of ${template} sends ${kib} KiB with ${counted(given.length, 'argument')}, and ${mostKib} KiB fit into an SSM command`,
      cure: 'let an input of the template hold what is long, or spread it over several templates',
    },
  ];
}
