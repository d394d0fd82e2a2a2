/** What is remembered of the templates of a workspace, in its .amigraph: a cache, which changes nothing but time. It does not know what is done with them. */
import program from '../../package.json' with { type: 'json' };
import { settledBase } from '../core/base.ts';
import { type Digest, type ImageId, imageId, type TemplateName } from '../core/ids.ts';
import { sealed, unsealed } from '../core/sealed.ts';
import type { Architecture, BaseImage } from '../core/template.ts';
import type { Collection } from '../graph/collection.ts';
import { buildGraph, type TemplateGraph } from '../graph/graph.ts';
import {
  edgesOf,
  keyOf,
  knownOf,
  type KnownTemplate,
  knownText,
  parseKnown,
  stillKnown,
} from '../plan/known.ts';
import type { KnownWarning } from '../plan/known-warnings.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import { type InputIndex, readInputs } from '../template/inputs.ts';
import type { Workspace } from './context.ts';
import { readPins } from './lock-file.ts';
import { pinsOf } from './pins.ts';
import type { Bases } from './pinned-bases.ts';

const path = '.amigraph/templates.json';
const maxBytes = 512 * 1024 * 1024;

/** A whole collection without errors, of which no template had to be read. */
export interface Recalled {
  readonly templates: ReadonlyMap<TemplateName, KnownTemplate>;
  readonly graph: TemplateGraph;
  readonly diagnostics: readonly KnownWarning[];
}

/** Undefined where anything has changed since it was remembered: then all has to be read. `registry` is called where a base is not pinned; without it such a base is enough. */
export async function recallTemplates(
  workspace: Workspace,
  registry?: () => Promise<ImageRegistry>,
): Promise<Recalled | undefined> {
  const known = await knownTemplates(workspace);
  if (known === undefined || known.templates.size !== known.files.length) return undefined;
  const { templates, warnings: diagnostics } = known;
  if (!(await hasSameBases(templates.values(), workspace, registry))) return undefined;
  const graph = buildGraph(templates.keys(), [...templates.values()].flatMap(edgesOf));
  return { templates, graph, diagnostics };
}

/** Those that were remembered and are what they were, base images apart, with the warnings about them, of all files that are templates. Undefined where none is. */
export async function knownTemplates({ config, files, indexed }: Workspace): Promise<
  | {
      readonly templates: ReadonlyMap<TemplateName, KnownTemplate>;
      readonly warnings: readonly KnownWarning[];
      readonly files: readonly string[];
    }
  | undefined
> {
  const content = await files.read(path, maxBytes);
  const text = 'text' in content ? unsealed(content.text) : undefined;
  const remembered = text === undefined ? undefined : parseKnown(text);
  if (remembered === undefined) return undefined;
  const inputs = await readInputs(indexed, config.steps, []);
  await indexed.remember();
  if (inputs.diagnostics.length > 0 || remembered.key !== keyOf(program.version, config, inputs))
    return undefined;
  const listed = await files.list([config.templates]);
  if (!listed.ok || listed.value.length === 0) return undefined;
  const identities = new Map<string, string>();
  for (const file of listed.value) {
    const identity = await files.identity(file);
    if (identity !== undefined) identities.set(file, identity);
  }
  const templates = stillKnown(remembered, identities);
  const sources = new Set(Array.from(templates.values(), ({ file }) => file));
  const warnings = remembered.warnings.filter(({ place }) => sources.has(place.file));
  return { templates, warnings, files: listed.value };
}

/** To be recalled by the next run; only where nothing is wrong. `inputs` and `imageOf`: those that the digests were made of. */
export async function rememberTemplates(
  { config, files }: Pick<Workspace, 'config' | 'files'>,
  collection: Collection,
  digests: ReadonlyMap<TemplateName, Digest>,
  { inputs, imageOf }: Pick<Bases, 'imageOf'> & { readonly inputs: InputIndex },
): Promise<void> {
  const known = knownOf(collection, config, digests, imageOf, keyOf(program.version, config, inputs));
  if (known !== undefined) await files.write(path, sealed(knownText(known)));
}

/** Whether the default bases stand for the images that they stood for. */
async function hasSameBases(
  templates: Iterable<KnownTemplate>,
  { config, files }: Workspace,
  registry: (() => Promise<ImageRegistry>) | undefined,
): Promise<boolean> {
  const images = new Map<Architecture, ImageId | null>();
  for (const { base, baseImage } of templates) if (base !== null) images.set(base, baseImage);
  const pins = pinsOf(await readPins(files), config);
  for (const [architecture, image] of images) {
    const base = settledBase(config.base[architecture], architecture);
    const pinned = 'ami' in base ? imageId(base.ami) : pins.of(base);
    const now = pinned ?? (registry && (await newest(base, await registry())));
    if (now !== image) return false;
  }
  return true;
}

/** Undefined where that takes more than a question, or has no answer: then it is asked once more, and told. */
async function newest(base: BaseImage, registry: ImageRegistry): Promise<ImageId | undefined> {
  if (!('ssm' in base)) return undefined;
  const answer = await registry.resolveParameter(base.ssm);
  return answer.ok ? answer.value : undefined;
}
