/** Plans and carries out `amigraph build`. It does not know the command line. */
import type { LeaseAccess } from '../../cache/lease.ts';
import { manifestKey } from '../../cache/manifest.ts';
import type { Overrides } from '../../config/resolve.ts';
import { paceOf } from '../../config/config.ts';
import type { Emit } from '../../core/event.ts';
import { type ExecuteContext, paced } from '../../execute/context.ts';
import { looksOf } from '../../execute/looks.ts';
import { Poller } from '../../execute/poller.ts';
import { runPlan, type RunSummary } from '../../execute/run.ts';
import { select } from '../../graph/select.ts';
import { diagnosticsText } from '../../report/diagnostics.ts';
import { ndjsonReporter, plainReporter, type Reporter } from '../../report/reporter.ts';
import { isSteerable, styleFor } from '../../report/style.ts';
import { planSummary, planTable, table } from '../../report/tables.ts';
import { actionView } from '../../report/views.ts';
import { type Cloud, openCloud, openWorkspace, type Workspace } from '../context.ts';
import { type PlannedRun, planRun } from '../planning.ts';
import { readCollection } from '../reading.ts';
import { type Interruptions, isTerminal, type Surroundings } from '../surroundings.ts';
import { exitCodes, invalidFlag } from './base.ts';

export interface BuildOptions {
  readonly overrides: Overrides;
  readonly names: readonly string[] | 'all';
  readonly dryRun: boolean;
  readonly bail: boolean;
  readonly wait: boolean;
  readonly json: boolean;
}

/** Between two looks at AWS. */
const pollMs = 15_000;
/** A lease that is not renewed for 1.5 times as long may be taken over. */
const leaseMs = { aws: 60_000, sandbox: 5000 } as const;

export async function runBuild(around: Surroundings, options: BuildOptions): Promise<number> {
  const workspace = await openWorkspace(around, options.overrides);
  const collection = await readCollection(workspace);
  if (options.names.length === 0) {
    const known = [...collection.templates.keys()];
    const cure =
      known.length === 0
        ? undefined
        : `there are: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', ...' : ''}`;
    throw invalidFlag('build needs the names of templates, or --all', cure);
  }
  const selected = select(collection, options.names);
  const style = styleFor(around.stderr, around.env);
  if (collection.diagnostics.length > 0) {
    around.stderr.write(`${diagnosticsText(collection.diagnostics, style)}\n`);
  }
  const cloud = await openCloud(workspace, around);
  try {
    const planned = await planRun(workspace, collection, selected, cloud);
    return options.dryRun
      ? showPlan(around, planned, options.json)
      : await carryOut(around, workspace, cloud, planned, options);
  } finally {
    await cloud.close();
  }
}

function showPlan(around: Surroundings, { plan, warnings }: PlannedRun, json: boolean): number {
  const style = styleFor(around.stderr, around.env);
  if (warnings.length > 0) around.stderr.write(`${diagnosticsText(warnings, style)}\n`);
  const text = json
    ? JSON.stringify({ actions: plan.actions.map(actionView) }, null, 2)
    : `${planTable(plan)}${planSummary(plan, styleFor(around.stdout, around.env))}`;
  around.stdout.write(`${text}\n`);
  return exitCodes.done;
}

async function carryOut(
  around: Surroundings,
  workspace: Workspace,
  cloud: Cloud,
  { plan, warnings, tokens }: PlannedRun,
  options: BuildOptions,
): Promise<number> {
  const { config } = workspace;
  const reporter = await reporterFor(around, options.json);
  const interruptions = around.interruptions();
  const emit: Emit = (event) => reporter.emit(event);
  const announce = (): void =>
    emit({
      type: 'warning',
      code: 'interrupted',
      message: 'interrupted: ending the instances of this run; once more leaves them to the next run',
    });
  interruptions.interrupted.addEventListener('abort', announce, { once: true });
  try {
    emit({
      type: 'run-started',
      workspace: config.workspace,
      provider: config.provider,
      region: config.region,
      ...(cloud.confined === undefined ? {} : { confined: cloud.confined }),
    });
    for (const { code, message } of warnings) emit({ type: 'warning', code, message });
    const context = executeContext(around, workspace, cloud, interruptions, {
      emit,
      tokens,
      wait: options.wait,
    });
    const { concurrency } = config;
    const summary = await runPlan(context, plan, { concurrency, bail: options.bail });
    await reporter.close();
    if (!options.json) around.stdout.write(resultTable(summary));
    return exitCodeOf(summary, interruptions.interrupted.aborted);
  } finally {
    interruptions.dispose();
  }
}

async function reporterFor(around: Surroundings, json: boolean): Promise<Reporter> {
  const style = styleFor(around.stderr, around.env);
  if (json) return ndjsonReporter(around.stdout, around.clock);
  if (!isSteerable(around.stderr, around.env) || !isTerminal(around.stderr)) {
    return plainReporter(around.stderr, style);
  }
  const { terminalReporter } = await import('../../report/terminal.ts');
  return terminalReporter(around.stderr, around.clock, style);
}

function executeContext(
  around: Surroundings,
  { config, files }: Workspace,
  cloud: Cloud,
  { interrupted, abandoned }: Interruptions,
  { emit, tokens, wait }: Pick<ExecuteContext, 'emit' | 'tokens' | 'wait'>,
): ExecuteContext {
  const { clock, random, person } = around;
  const pace = paceOf(config);
  const { store, builder, registry } = cloud;
  const holder = { run: random.hex(16), ...person };
  const lease: LeaseAccess = {
    store,
    clock,
    random,
    holder,
    ttlMs: pace === 1 ? leaseMs.aws : leaseMs.sandbox,
  };
  return {
    builder,
    registry,
    store,
    files,
    clock,
    random,
    emit,
    lease,
    pace,
    wait,
    tokens,
    interrupted,
    abandoned,
    looks: looksOf(builder, registry),
    poller: new Poller(clock, paced(pace, pollMs), ({ operation, awsCode }, attempt) =>
      emit({ type: 'retry', operation, attempt, awsCode }),
    ),
    manifest: { store, clock, random, key: manifestKey(config.prefix, config.region) },
    workspace: config.workspace,
    region: config.region,
    prefix: config.prefix,
  };
}

/** The answer of a build: each template's image. */
function resultTable({ outcomes }: RunSummary): string {
  const rows = [...outcomes].map(([template, { result, image }]) => [template, result, image ?? '-']);
  return table(rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}

function exitCodeOf({ outcomes }: RunSummary, interrupted: boolean): number {
  if (interrupted) return exitCodes.interrupted;
  const failures = [...outcomes.values()].filter(({ result }) => result === 'failed');
  if (failures.length === 0) return exitCodes.done;
  return failures.every(({ trouble }) => trouble?.code === 'lease-held') ? exitCodes.held : exitCodes.failed;
}
