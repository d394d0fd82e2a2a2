/** The templates that are selected with the scripts and inputs that they need, and without those of which some are missing. It does not know digests. */
import { InvalidInput } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Collection } from '../graph/collection.ts';
import { restrict } from '../graph/focus.ts';
import { select, type Selection, type Wanted } from '../graph/select.ts';
import { without } from '../graph/without.ts';
import { type InputIndex, readInputs } from '../template/inputs.ts';
import type { State } from './affected-ends.ts';
import type { Workspace } from './context.ts';

interface Whole {
  /** Without what turned out to lack a file. */
  readonly collection: Collection;
  readonly inputs: InputIndex;
}

export interface WholeSelection extends Selection, Whole {
  /** What is selected, and all that it stands on. */
  readonly needed: Collection;
}

/** All templates that lack nothing. Throws InvalidInput where a file is wrong that amifile.ts names. */
export async function withInputs(
  { config, indexed }: Pick<Workspace, 'config' | 'indexed'>,
  collection: Collection,
): Promise<Whole> {
  const inputs = await inputsOf({ config, files: indexed }, collection);
  if (inputs.diagnostics.length > 0) throw new InvalidInput(inputs.diagnostics);
  return { collection: without(collection, inputs.lacking), inputs };
}

/** The same of what is selected. Throws InvalidInput also as {@link select} does. */
export async function selectWhole(
  state: State,
  collection: Collection,
  wanted: Wanted,
): Promise<WholeSelection> {
  const selection = select(collection, wanted);
  const needed = standingOn(collection, selection.templates);
  const inputs = await inputsOf(state, needed);
  if (inputs.diagnostics.length > 0)
    throw new InvalidInput([...inputs.diagnostics, ...[...inputs.lacking.values()].flat()]);
  if (inputs.lacking.size === 0) return { ...selection, collection, needed, inputs };
  const rest = without(collection, inputs.lacking);
  const again = select(rest, wanted);
  return { ...again, collection: rest, needed: standingOn(rest, again.templates), inputs };
}

/** Nothing is asked about, and only what amifile.ts names is read. */
export async function selectNone(state: State, collection: Collection): Promise<WholeSelection> {
  const needed = restrict(collection, new Set());
  const inputs = await inputsOf(state, needed);
  if (inputs.diagnostics.length > 0) throw new InvalidInput(inputs.diagnostics);
  return { templates: new Set(), left: [], lacking: [], collection, needed, inputs };
}

export const standingOn = (collection: Collection, names: ReadonlySet<TemplateName>): Collection =>
  restrict(collection, collection.graph.withAncestors(names));

const inputsOf = ({ config, files }: State, { templates }: Collection): Promise<InputIndex> =>
  readInputs(files, config.steps, templates.values());
