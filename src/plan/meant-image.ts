/** Which image a word of the command line means: an id, a template's name, or how a digest begins. Pure; it looks nothing up. */
import { shortDigest } from '../core/digest.ts';
import { type Diagnostic, errorOf } from '../core/diagnostic.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { meantTemplate } from '../graph/names.ts';
import { shellWord } from '../core/shell-word.ts';
import type { Found } from '../cache/lookup.ts';
import { decide } from './decide.ts';
import type { KnownImage } from './images.ts';
import type { Outlined } from './plan.ts';

export interface Meaning {
  /** Newest first. */
  readonly images: readonly KnownImage[];
  /** Those of the workspace, whether they have an image or not. */
  readonly templates: ReadonlyMap<TemplateName, Outlined>;
  /** Whether an image must be in the manifest to be reused. */
  readonly mustBeListed: boolean;
  readonly region: string;
  readonly workspace: string;
}

/** Of a template the image that a build would reuse; where there is none, its newest. */
export function meantImage(
  word: string,
  { images, templates, mustBeListed, region, workspace }: Meaning,
): Result<KnownImage, Diagnostic> {
  const byId = images.find(({ image }) => image.id === word);
  if (byId !== undefined) return ok(byId);
  if (/^ami-[0-9a-f]+$/.test(word)) return fail(unknownImage(word, region));
  const current = templates.get(templateName(word));
  const best = current === undefined ? undefined : reused(images, templateName(word), current, mustBeListed);
  if (best !== undefined) return ok(best);
  const named = images.filter(
    ({ record }) => record?.template === templateName(word) && record.workspace === workspace,
  );
  const newest = named.find(isAvailable) ?? named[0];
  if (newest !== undefined) return ok(newest);
  if (current !== undefined) return fail(noImage(word, region));
  const start = word.toLowerCase();
  const digests = /^[0-9a-f]{4,64}$/.test(start)
    ? images.filter(({ record }) => record?.digest.startsWith(start) === true)
    : [];
  const distinct = [...new Set(digests.flatMap(({ record }) => record?.digest ?? []))];
  if (distinct.length > 1) return fail(ambiguous(word, distinct.map(shortDigest)));
  const found = digests.find(isAvailable) ?? digests[0];
  if (found !== undefined) return ok(found);
  return fail(
    unknown(word, [...templates.keys(), ...images.flatMap(({ record }) => record?.template ?? [])]),
  );
}

/** The one that a build would reuse, or one that has the digest at least. */
function reused(
  images: readonly KnownImage[],
  template: TemplateName,
  current: Outlined,
  mustBeListed: boolean,
): KnownImage | undefined {
  const its = images.filter(({ belongsTo }) => belongsTo.includes(template));
  const found = its.flatMap(({ image, record }): Found[] =>
    record === undefined ? [] : [{ image, record }],
  );
  const listed = new Set(its.flatMap(({ image, entry }) => (entry === undefined ? [] : [image.id])));
  const { image } = decide(found, current, (one) => !mustBeListed || listed.has(one.image.id));
  return its.find((one) => one.image.id === image?.id) ?? its.find(isAvailable);
}

const isAvailable = ({ image }: KnownImage): boolean => image.state === 'available';

const unknownImage = (word: string, region: string): Diagnostic =>
  errorOf('unknown-image', {
    message: `there is no image ${word} of ours in ${region}`,
    cure: 'amigraph list shows those that there are',
  });

const noImage = (word: string, region: string): Diagnostic =>
  errorOf('no-image', {
    message: `${word} has no image in ${region}`,
    cure: `make one: amigraph build ${shellWord(word)}`,
  });

const ambiguous = (word: string, digests: readonly string[]): Diagnostic =>
  errorOf('ambiguous-digest', {
    message: `${digests.length} digests of images begin with ${word}: ${digests.slice(0, 5).join(', ')}${digests.length > 5 ? ' and more' : ''}`,
    cure: 'give more of it',
  });

const unknown = (word: string, templates: readonly TemplateName[]): Diagnostic =>
  errorOf('unknown-template', {
    message: `${word} is no image, no template that has one, and not how a digest of one begins, with 4 digits or more`,
    cure: meantTemplate(templateName(word), new Set(templates)),
  });
