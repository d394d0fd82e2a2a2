/** What a change affects: both ends read, and handed to the rung that compares. It does not know the command line. */
import { localGit } from '../adapters/local/git.ts';
import { lockName } from '../config/lock.ts';
import { pinDates } from '../config/pins.ts';
import type { Affected } from '../core/affected.ts';
import type { TemplateName } from '../core/ids.ts';
import { type Diagnostic, errorOf, InvalidInput } from '../core/diagnostic.ts';
import type { Collection } from '../graph/collection.ts';
import { affectedBetween, type End } from '../plan/affected.ts';
import { withoutGaps } from '../plan/earlier-inputs.ts';
import { digestsOf, fingerprintEach } from '../plan/plan.ts';
import { inOrder, type KnownWarning, knownWarnings } from '../plan/known-warnings.ts';
import type { Repository } from '../ports/git.ts';
import { gitDiagnostic } from '../report/git-trouble.ts';
import { type InputIndex, readInputs } from '../template/inputs.ts';
import type { Reads } from '../template/scan.ts';
import { answered, type Ends, openEnds, type State, type WantedEnds } from './affected-ends.ts';
import type { Workspace } from './context.ts';
import { rememberTemplates } from './known-templates.ts';
import { narrowed, readsOf } from './narrowing.ts';
import { lookAtLock, readPins } from './lock-file.ts';
import { imageOf, type Pins, pinsOf, unknownPins } from './pins.ts';
import { readCollection } from './reading.ts';
import { selectNone, selectWhole } from './selecting.ts';
import type { Surroundings } from './surroundings.ts';

export interface AffectedRun {
  readonly affected: Affected;
  readonly ends: Pick<Ends, 'base' | 'head'>;
  /** As it is at the head. */
  readonly collection: Collection;
  /** Of what was asked about. */
  readonly inputs: InputIndex;
  /** Of what was asked about, as in a selection. */
  readonly left: readonly TemplateName[];
  readonly lacking: readonly Diagnostic[];
}

export interface AffectedOptions extends WantedEnds {
  /** Patterns of templates that are not asked about. */
  readonly exclude: readonly string[];
  readonly keepGoing?: boolean;
}

/** Throws InvalidInput where git cannot answer, or a template, script or input of the head is wrong. */
export async function findAffected(
  workspace: Workspace,
  around: Surroundings,
  options: AffectedOptions,
): Promise<AffectedRun> {
  const repository = answered(await localGit(workspace.config.root, around.env).open(), workspace);
  try {
    return await compare(repository, workspace, options);
  } finally {
    repository.close();
  }
}

async function compare(
  repository: Repository,
  workspace: Workspace,
  options: AffectedOptions,
): Promise<AffectedRun> {
  /** What could not be read would look changed, or wrong, or not there. */
  const untroubled = async <Value>(doing: Promise<Value>): Promise<Value> => {
    const [done] = await Promise.allSettled([doing]);
    const trouble = repository.trouble();
    if (trouble !== undefined) throw new InvalidInput([gitDiagnostic(trouble, workspace.config.root)]);
    if (done.status === 'rejected') throw done.reason;
    return done.value;
  };
  const ends = await untroubled(openEnds(repository, workspace, options));
  const { before, after } = ends;
  const reads = new Map<string, NonNullable<ReturnType<Reads['get']>>>();
  // A pattern of --exclude may be about any template.
  const possible =
    options.exclude.length > 0 ? undefined : await untroubled(narrowed(workspace, ends, reads));
  const some = possible && (await untroubled(readCollection(after, { reads, only: possible.after })));
  const part = some && possible && withWarnings(some, possible.warnings);
  const narrow = part && possible;
  const read = part ?? (await untroubled(readCollection(after, { reads })));
  const onlyNews = options.uncommitted === true || options.untracked === true;
  if (onlyNews && read.diagnostics.some(({ code }) => code === 'no-templates'))
    throw new InvalidInput([ignoredTemplates(after.config.templates)]);
  const {
    templates: selected,
    collection,
    needed,
    inputs,
    ...rest
  } = narrow?.after.length === 0
    ? await untroubled(selectNone(after, read))
    : await untroubled(selectWhole(after, read, { names: 'all', ...options }));
  const lock = await untroubled(readPins(after.files));
  const pins = pinsOf(lock, after.config);
  const earlierPins = before === undefined ? pins : await untroubled(earlierPinsOf(before));
  const head = headOf(after, needed, inputs, imageOf(pins, earlierPins));
  const base = await untroubled(
    baseOf(before, ends, { reads, only: narrow?.before }, imageOf(earlierPins, pins)),
  );
  await workspace.indexed.remember();
  if (needed === collection && narrow === undefined && ends.changed !== undefined) {
    const { fingerprints } = head;
    const imageAt = imageOf(pins, earlierPins);
    await rememberTemplates(workspace, collection, digestsOf(fingerprints), { inputs, imageOf: imageAt });
  }
  const { templates, deleted } = affectedBetween(base, { ...head, collection }, pinDates(lock));
  const affected = { templates: templates.filter(({ template }) => selected.has(template)), deleted };
  return { affected, ends, collection, inputs, ...rest };
}

/** With those about templates that were not read. Undefined where there is an error, which is told with a view of all; a warning is about one template alone. */
function withWarnings(collection: Collection, others: readonly KnownWarning[]): Collection | undefined {
  const own = knownWarnings(collection.diagnostics);
  return own && { ...collection, diagnostics: inOrder([...own, ...others]) };
}

/** A lock file that was broken pinned nothing that could be built on. */
async function earlierPinsOf({ config, files }: State): Promise<Pins> {
  const lock = await lookAtLock(files);
  return lock.ok ? pinsOf(lock.value, config) : unknownPins(lock.error[0]?.message ?? lockName, config);
}

function headOf(
  { config }: State,
  collection: Collection,
  inputs: InputIndex,
  imageAt: ReturnType<typeof imageOf>,
): End {
  const each = fingerprintEach(collection, config, inputs, imageAt);
  if (!each.ok) throw new InvalidInput(each.error);
  return { collection, fingerprints: new Map(each.value) };
}

/** What is wrong there is nothing to mend now: it makes what it concerns affected. */
async function baseOf(
  before: State | undefined,
  ends: Ends,
  { reads, only }: { readonly reads: Reads; readonly only: readonly string[] | undefined },
  imageAt: ReturnType<typeof imageOf>,
): Promise<End> {
  if (before === undefined) return nothingYet;
  const { config, files } = before;
  const alike = config.templates === ends.after.config.templates;
  const collection = await readCollection(before, { reads: alike ? readsOf(ends, reads) : undefined, only });
  const inputs = await readInputs(files, config.steps, collection.templates.values());
  const whole = withoutGaps(inputs, config.steps, collection.templates.values());
  const each = fingerprintEach(collection, config, whole, imageAt);
  return { collection, fingerprints: new Map(each.ok ? each.value : []) };
}

const ignoredTemplates = (pattern: string): Diagnostic =>
  errorOf('ignored-templates', {
    message: `git ignores every file that matches ${pattern}`,
    cure: 'have git track them; against the working tree, --base counts what git ignores too',
  });

const nothingYet: End = {
  collection: { templates: new Map(), unusable: new Map(), diagnostics: [] },
  fingerprints: new Map(),
};
