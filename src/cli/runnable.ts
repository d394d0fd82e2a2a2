/** Whether what is to be built can be run at all, as far as that is known before: a build would end there, after all that runs first. It builds nothing. */
import { type Diagnostic, errorOf, InvalidInput } from '../core/diagnostic.ts';
import type { Plan } from '../core/plan.ts';
import type { Recipe } from '../core/recipe.ts';
import type { Collection } from '../graph/collection.ts';
import { checkCommands, checkScripts } from '../template/scripts.ts';
import { openShell, type Workspace } from './context.ts';
import type { Surroundings } from './surroundings.ts';
import { tellDiagnostics } from './telling.ts';

/** Throws InvalidInput; with `keepGoing` the builds of the others go on, and it is told. */
export async function demandRunnable(
  around: Surroundings,
  workspace: Workspace,
  { templates }: Collection,
  { actions }: Plan,
  { keepGoing = false }: { readonly keepGoing?: boolean },
): Promise<void> {
  const built = actions.flatMap((one) => (one.action === 'build' ? [one] : []));
  if (built.length === 0) return;
  const shell = await openShell(workspace, around);
  const scripts = built.flatMap(({ recipe }) => recipe.steps.map(({ script }) => script));
  const tests = built.flatMap(({ template }) => templates.get(template)?.all.tests ?? []);
  const found = [
    ...(await checkScripts(workspace.files, shell, scripts)),
    ...(await checkCommands(shell, [...new Set(tests)])),
    ...built.flatMap(({ template, recipe }) => tooLong(template, recipe)),
  ].filter(({ severity }) => severity === 'error');
  if (found.length === 0) return;
  if (!keepGoing) throw new InvalidInput(found);
  tellDiagnostics(around, { diagnostics: found }, []);
}

/** Beside the script, of which a command has the rest: SSM takes some 64 KiB. */
const mostArgumentBytes = 12 * 1024;

const tooLong = (template: string, { steps }: Recipe): Diagnostic[] =>
  steps.flatMap(({ name, arguments: given }) => {
    const bytes = Buffer.byteLength(given.join(' '));
    if (bytes <= mostArgumentBytes) return [];
    const kib = Math.ceil(bytes / 1024);
    return errorOf('step-too-long', {
      message: `step ${name.slice(0, 100)} of ${template} has ${kib} KiB of arguments, and ${mostArgumentBytes / 1024} KiB fit into one SSM command`,
      cure: 'let an input of the template hold what is long, or spread it over several templates',
    });
  });
