/** Whether what is to be built can be run, as far as that can be told before: a build would end there, after all that runs first. It builds nothing. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Plan } from '../core/plan.ts';
import { maxScriptBytes, type Step } from '../core/recipe.ts';
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
  const sizes = new Map<string, number>();
  for (const script of new Set(steps.map((one) => one.script))) {
    const content = await files.read(script, maxScriptBytes);
    if ('text' in content) sizes.set(script, Buffer.byteLength(content.text));
  }
  const long = built.flatMap(({ template, recipe }) =>
    recipe.steps.flatMap((step) => tooLong(template, step, sizes.get(step.script) ?? 0)),
  );
  tellDiagnostics(around, { diagnostics: [...found, ...long] }, []);
}

/** Whether tests are handed to bash: a script of the user's own may make something else of them. */
export const takesCommands = ({ steps }: Workspace['config']): boolean =>
  steps.tests.script === 'scripts/run-tests.sh';

/** SSM takes some 64 KiB; a few are for what surrounds the script. */
const mostKib = 60;

function tooLong(template: string, { name, arguments: given }: Step, scriptBytes: number): Diagnostic[] {
  const quoted = given.join(' ').replaceAll("'", String.raw`'\''`);
  const kib = Math.ceil((scriptBytes + Buffer.byteLength(quoted)) / 1024);
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
