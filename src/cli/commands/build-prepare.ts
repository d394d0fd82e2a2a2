/** All of `amigraph build` that comes before anything is begun: reads templates, opens the cloud and plans. It changes nothing in the cloud. */
import type { TemplateName } from '../../core/ids.ts';
import type { Collection } from '../../graph/collection.ts';
import { listed } from '../../graph/names.ts';
import { select } from '../../graph/select.ts';
import { diagnosticsText } from '../../report/diagnostics.ts';
import { ndjsonReporter, plainReporter, type Reporter } from '../../report/reporter.ts';
import { isSteerable, styleFor } from '../../report/style.ts';
import { type Cloud, openCloud, type Workspace } from '../context.ts';
import { type PlannedRun, planRun } from '../planning.ts';
import { readCollection } from '../reading.ts';
import { isTerminal, type Surroundings } from '../surroundings.ts';
import { invalidFlag } from './base.ts';

export interface PrepareOptions {
  readonly names: readonly string[] | 'all';
  readonly json: boolean;
}

export interface PreparedBuild {
  /** To be closed by whoever receives it. */
  readonly cloud: Cloud;
  readonly planned: PlannedRun;
  readonly reporter: Reporter;
}

export async function prepareBuild(
  around: Surroundings,
  workspace: Workspace,
  options: PrepareOptions,
): Promise<PreparedBuild> {
  const collection = await readCollection(workspace);
  const selected = wanted(collection, options.names);
  if (collection.diagnostics.length > 0) {
    const style = styleFor(around.stderr, around.env);
    // Errors in others: what is built does not stand on them.
    const others = collection.diagnostics.map((one) => ({ ...one, severity: 'warning' as const }));
    around.stderr.write(`${diagnosticsText(others, style)}\n`);
  }
  const reporter = await reporterFor(around, options.json);
  const cloud = await openCloud(workspace, around);
  try {
    return { cloud, reporter, planned: await planRun(workspace, collection, selected, cloud) };
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

function wanted(collection: Collection, names: PrepareOptions['names']): ReadonlySet<TemplateName> {
  if (names.length > 0) return select(collection, names);
  const known = [...collection.templates.keys()];
  const cure = known.length === 0 ? undefined : listed(known);
  throw invalidFlag('build needs the names of templates, or --all', cure);
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
