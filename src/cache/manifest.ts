/** The manifest: an index and a memory, kept beside the tags, which are the truth. It does not know where it is kept. */
import * as v from 'valibot';
import type { TemplateName } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { schemaIssues } from '../core/schema-issues.ts';
import { highestToken } from './lease-body.ts';

/** Room for some 100,000 images: what is larger is not ours. */
export const mostMegabytes = 32;

export const isTooLarge = (text: string): boolean => Buffer.byteLength(text) > mostMegabytes * 1024 * 1024;

/** A later amigraph may know more of an image: what this one does not know is kept. */
const entrySchema = v.looseObject({
  template: v.pipe(v.string(), v.maxLength(1024)),
  image: v.pipe(v.string(), v.regex(/^ami-[0-9a-f]{8,17}$/, 'must be the id of an image')),
  buildId: v.pipe(v.string(), v.maxLength(256)),
  /** Of the lease under which it was published: a lower one is refused. */
  token: v.pipe(
    v.number(),
    v.safeInteger(),
    v.minValue(0),
    v.maxValue(highestToken, 'must leave room to rise'),
  ),
  builtAt: v.pipe(v.string(), v.maxLength(64)),
  durationMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
  /** Who held the lease: `ada@laptop`. */
  builtBy: v.optional(v.pipe(v.string(), v.maxLength(512))),
});
const manifestSchema = v.looseObject({
  version: v.literal(1),
  images: v.record(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is no digest')), entrySchema),
  parameters: v.optional(v.fallback(v.record(v.string(), v.unknown()), {})),
});

export type ManifestEntry = v.InferOutput<typeof entrySchema>;
/** By their names: `{ image }`, or whatever has to be asked for. */
export type Parameters = Readonly<Record<string, unknown>>;
export interface Manifest extends Omit<v.InferOutput<typeof manifestSchema>, 'version'> {
  /** 1, or 1.3 and "1.3" where a later amigraph has added what need not be known. */
  readonly version: number | string;
  readonly images: Record<string, ManifestEntry>;
  /** What SSM parameters of ours say: see parameters.ts. */
  readonly parameters?: Parameters | undefined;
}

/** What a parameter is known to say; null: that has to be asked. */
export function imageIn(known: unknown): string | null {
  const image = typeof known === 'object' && known !== null && 'image' in known ? known.image : null;
  return typeof image === 'string' ? image : null;
}

/** All that it may say, while that has to be asked. */
export function imagesIn(known: unknown): readonly string[] {
  const image = imageIn(known);
  if (image !== null) return [image];
  const was = typeof known === 'object' && known !== null && 'was' in known ? known.was : [];
  return Array.isArray(was) ? was.filter((one) => typeof one === 'string') : [];
}

export const emptyManifest: Manifest = { version: 1, images: {} };

export function manifestKey(prefix: string, region: string): string {
  return `${prefix}manifest/${region}.json`;
}

/** `newer`: a later amigraph wrote it, so it is right and must stay. `broken`: nothing in it can be trusted. */
export interface ManifestProblem {
  readonly kind: 'newer' | 'broken';
  readonly message: string;
}

const broken = (message: string): { ok: false; error: ManifestProblem } => fail({ kind: 'broken', message });

/** The manifest, or why the text is none. Null: it was too large to be read. */
export function parseManifest(text: string | null): Result<Manifest, ManifestProblem> {
  if (text === null || isTooLarge(text)) return broken(`it is larger than ${mostMegabytes} MiB`);
  // What stands for bytes that are no UTF-8: to write it back would lose them.
  if (text.includes('\uFFFD')) return broken('it is not UTF-8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return broken('it is not JSON');
  }
  // What is read must be fit to be written back.
  if (!isShallow(data, deepest)) return broken(`its values lie more than ${deepest} levels deep`);
  const version = typeof data === 'object' && data !== null && 'version' in data ? data.version : undefined;
  const major = majorOf(version);
  if (major !== undefined && major > 1)
    return fail({ kind: 'newer', message: `it has version ${String(version)}, and this program knows 1` });
  const known = major === 1 ? { ...(data as object), version: 1 } : data;
  const checked = v.safeParse(manifestSchema, known);
  if (checked.success)
    return ok(major === 1 ? { ...checked.output, version: version as number | string } : checked.output);
  return broken(schemaIssues(manifestSchema, checked.issues, 'it')[0]?.message ?? 'it is no manifest');
}

const deepest = 100;

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1));
}

/** Of `1`, `1.3` and `"1.3"`. */
function majorOf(version: unknown): number | undefined {
  if (typeof version !== 'number' && typeof version !== 'string') return undefined;
  const [, major] = /^(\d{1,9})(?:\.\d+)*$/.exec(String(version)) ?? [];
  return major === undefined ? undefined : Number(major);
}

/** The sign for bytes that are no UTF-8 is written as an escape: where it stands itself, bytes were lost. */
export const manifestText = (manifest: Manifest): string =>
  `${JSON.stringify(manifest).replaceAll('\uFFFD', String.raw`\ufffd`)}\n`;

/** Of each template, its newest build. */
function newestEntries(images: Manifest['images']): Map<TemplateName, ManifestEntry> {
  const newest = new Map<TemplateName, ManifestEntry>();
  for (const entry of Object.values(images)) {
    const template = entry.template as TemplateName;
    const other = newest.get(template);
    if (other === undefined || other.builtAt < entry.builtAt) newest.set(template, entry);
  }
  return newest;
}

/** How long each template's newest build took. */
export const rememberedDurations = ({ images }: Manifest): Map<TemplateName, number> =>
  new Map([...newestEntries(images)].map(([template, { durationMs }]) => [template, durationMs]));
