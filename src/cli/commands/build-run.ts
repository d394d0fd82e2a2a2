/** Shows or carries out the plan of `amigraph build`. It does not know the command line. */
import { type Pin, withPins } from '../../config/pins.ts';
import type { Flags } from '../../config/resolve.ts';
import type { Emit, Warning } from '../../core/event.ts';
import { runPlan, type RunSummary } from '../../execute/run.ts';
import { severalNames } from '../../graph/names.ts';
import { type ClusterImage, clusterImages } from '../../report/cluster-images.ts';
import { pinnedLine } from '../../report/pins.ts';
import { printable, styleFor } from '../../report/style.ts';
import { planSummary, planTable, table } from '../../report/tables.ts';
import { actionView } from '../../report/views.ts';
import { openWorkspace, type Workspace } from '../context.ts';
import { executeContext } from '../execute-context.ts';
import { changePins } from '../lock-file.ts';
import type { Interruptions, Surroundings } from '../surroundings.ts';
import { tellWarnings } from '../telling.ts';
import { unlessInterrupted } from '../unless-interrupted.ts';
import { exitCodes } from './base.ts';
import { prepareBuild, type PreparedBuild, type PrepareOptions } from './build-prepare.ts';
import { isUnlisted, stillUnlisted, underWay, unusable } from './build-warnings.ts';

export interface BuildOptions extends PrepareOptions {
  readonly flags: Flags;
  readonly dryRun: boolean;
  readonly bail: boolean;
  readonly wait: boolean;
  readonly onError: 'cleanup' | 'keep';
  /** Nothing is built and nothing is written. */
  readonly readOnly: boolean;
}

export async function runBuild(around: Surroundings, options: BuildOptions): Promise<number> {
  // Until amifile.ts has run, a signal ends the process: a loop of the user's would never let it be answered.
  const workspace = await openWorkspace(around, options.flags);
  const interruptions = around.interruptions();
  try {
    return await interruptibly(around, workspace, options, interruptions);
  } finally {
    interruptions.dispose();
  }
}

async function interruptibly(
  around: Surroundings,
  workspace: Workspace,
  options: BuildOptions,
  interruptions: Interruptions,
): Promise<number> {
  const preparing = prepareBuild(around, workspace, options);
  const prepared = await unlessInterrupted(preparing, interruptions.interrupted, ({ cloud }) =>
    cloud.close(),
  );
  if (prepared === undefined) {
    around.stderr.write('interrupted: nothing was begun\n');
    return exitCodes.interrupted;
  }
  try {
    const code = options.dryRun
      ? showPlan(around, prepared, options.readOnly ? [] : await underWay(workspace, prepared), options)
      : await carryOut(around, workspace, prepared, options, interruptions);
    return code === exitCodes.done && prepared.left.length > 0 ? exitCodes.invalid : code;
  } finally {
    await prepared.cloud.close();
  }
}

function showPlan(
  around: Surroundings,
  { planned: { plan, warnings }, left }: PreparedBuild,
  others: readonly Warning[],
  { json, readOnly }: Pick<BuildOptions, 'json' | 'readOnly'>,
): number {
  tellWarnings(around, warnings);
  const text = json
    ? JSON.stringify({ actions: plan.actions.map(actionView) }, null, 2)
    : `${plan.actions.length === 0 ? '' : planTable(plan)}${planSummary(plan, styleFor(around.stdout, around.env))}`;
  around.stdout.write(`${text}\n`);
  tellWarnings(around, [...others, ...unusable(left)]);
  const missing = plan.actions.filter(({ action }) => action === 'build');
  if (!readOnly || missing.length === 0) return exitCodes.done;
  around.stderr.write(
    `with --cache=r none is built: ${severalNames(missing.map(({ template }) => template))}\n`,
  );
  return exitCodes.failed;
}

async function carryOut(
  around: Surroundings,
  workspace: Workspace,
  { cloud, planned, reporter, left, baseOf }: PreparedBuild,
  options: BuildOptions,
  interruptions: Interruptions,
): Promise<number> {
  const { config } = workspace;
  const { plan, warnings, listed, parameters } = planned;
  const { interrupted } = interruptions;
  if (!options.readOnly) await pin(around, workspace, planned.unpinned);
  const announce = (): void => reporter.emit({ type: 'warning', code: 'interrupted' });
  interrupted.addEventListener('abort', announce, { once: true });
  const emit: Emit = (event) => {
    // Nothing follows it.
    if (event.type === 'run-finished') {
      interrupted.removeEventListener('abort', announce);
      for (const warning of [...stillUnlisted(warnings, context.seen), ...unusable(left)])
        reporter.emit({ type: 'warning', ...warning });
    }
    reporter.emit(event);
  };
  emit({
    type: 'run-started',
    workspace: config.workspace,
    provider: config.provider,
    region: config.region,
    ...(config.provider === 'aws' && config.endpoint !== undefined ? { endpoint: config.endpoint.url } : {}),
    ...(cloud.confined === undefined ? {} : { confined: cloud.confined }),
  });
  for (const warning of warnings) if (!isUnlisted(warning)) emit({ type: 'warning', ...warning });
  const context = executeContext(around, workspace, cloud, interruptions, {
    emit,
    listed,
    parameters,
    wait: options.wait,
    readOnly: options.readOnly,
    onError: options.onError,
  });
  const { concurrency } = config;
  const summary = await runPlan(context, plan, { concurrency, bail: options.bail, began: around.began });
  await reporter.close();
  if (!options.json) around.stdout.write(`${resultTable(summary)}${clusterImages(built(summary, baseOf))}`);
  return exitCodeOf(summary, interrupted.aborted);
}

/** Before anything is built, so that what was built is what the next run finds. */
async function pin(around: Surroundings, { files }: Workspace, unpinned: readonly Pin[]): Promise<void> {
  if (unpinned.length === 0) return;
  await changePins(files, (pins) => withPins(pins, unpinned));
  around.stderr.write(`${printable(pinnedLine(unpinned))}\n`);
}

/** The answer of a build: each template's image. */
function resultTable({ outcomes }: RunSummary): string {
  const rows = [...outcomes].map(([template, { result, image }]) => [template, result, image ?? '-']);
  return table(rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}

const built = ({ outcomes }: RunSummary, baseOf: PreparedBuild['baseOf']): ClusterImage[] =>
  [...outcomes].flatMap(([template, { result, image }]) => {
    const base = baseOf(template);
    return result === 'built' && image !== null && base !== undefined ? [{ template, image, base }] : [];
  });

function exitCodeOf({ outcomes }: RunSummary, interrupted: boolean): number {
  if (interrupted) return exitCodes.interrupted;
  const failures = [...outcomes.values()].filter(({ result }) => result === 'failed');
  if (failures.length === 0) return exitCodes.done;
  return failures.every(({ trouble }) => trouble?.code === 'lease-held') ? exitCodes.held : exitCodes.failed;
}
