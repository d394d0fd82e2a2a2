/** Which image a word of the command line means: an id, a template's name, or how a digest begins. Pure; it looks nothing up. */
import { shortDigest } from '../core/digest.ts';
import { type Diagnostic, errorOf } from '../core/diagnostic.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { meantTemplate } from '../graph/names.ts';
import type { KnownImage } from './images.ts';

export interface Meaning {
  /** Newest first. */
  readonly images: readonly KnownImage[];
  /** Those of the workspace, whether they have an image or not. */
  readonly templates: readonly TemplateName[];
  readonly region: string;
  readonly workspace: string;
}

/** Of several images the one that would be reused: of a template its newest one that has the digest that it has now. */
export function meantImage(
  word: string,
  { images, templates, region, workspace }: Meaning,
): Result<KnownImage, Diagnostic> {
  const byId = images.find(({ image }) => image.id === word);
  if (byId !== undefined) return ok(byId);
  if (/^ami-[0-9a-f]+$/.test(word)) return fail(unknownImage(word, region));
  const named = images.filter(
    ({ record }) => record?.template === templateName(word) && record.workspace === workspace,
  );
  const best =
    named.find((one) => isAvailable(one) && one.belongsTo.includes(templateName(word))) ??
    named.find(isAvailable) ??
    named[0];
  if (best !== undefined) return ok(best);
  if (templates.includes(templateName(word))) return fail(noImage(word, region));
  const digests = /^[0-9a-f]{4,64}$/.test(word)
    ? images.filter(({ record }) => record?.digest.startsWith(word) === true)
    : [];
  const distinct = [...new Set(digests.flatMap(({ record }) => record?.digest ?? []))];
  if (distinct.length > 1) return fail(ambiguous(word, distinct.map(shortDigest)));
  const found = digests.find(isAvailable) ?? digests[0];
  if (found !== undefined) return ok(found);
  return fail(unknown(word, [...templates, ...images.flatMap(({ record }) => record?.template ?? [])]));
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
    cure: `make one: amigraph build ${word}`,
  });

const ambiguous = (word: string, digests: readonly string[]): Diagnostic =>
  errorOf('ambiguous-digest', {
    message: `${digests.length} digests of images begin with ${word}: ${digests.slice(0, 5).join(', ')}${digests.length > 5 ? ' and more' : ''}`,
    cure: 'give more of it',
  });

const unknown = (word: string, templates: readonly TemplateName[]): Diagnostic =>
  errorOf('unknown-template', {
    message: `${word} is no image, no template that has one, and not how a digest of one begins`,
    cure: meantTemplate(templateName(word), new Set(templates)),
  });
