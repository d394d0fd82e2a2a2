/** Tags to build record and back. It does not know whether an image is any good. */
import { shortDigest } from '../core/digest.ts';
import {
  type BuildId,
  buildId,
  type Digest,
  type ImageId,
  imageId,
  parseDigest,
  type TemplateName,
  templateName,
} from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';

/** What is known of how an image was made. */
export interface BuildRecord {
  readonly template: TemplateName;
  readonly digest: Digest;
  /** Null: it stands on a base image. */
  readonly parent: TemplateName | null;
  /** The image that the build instance was launched from. */
  readonly baseImage: ImageId;
  readonly region: string;
  /** ISO 8601. */
  readonly buildDate: string;
  readonly buildId: BuildId;
  readonly workspace: string;
}

/** All images and instances of ours carry it. */
export const ownership = { key: 'ManagedBy', value: 'amigraph' } as const;
export const hashTag = 'TemplateHash';
export const templateTag = 'TemplateName';
export const buildTag = 'BuildId';

/** Of instances: the lease that they were launched under. */
export const leaseTag = 'Lease';
/** Of instances: when they were kept for a look, after a step failed. */
export const keptTag = 'Kept';

/** EC2 takes 256 characters for a tag's value. */
const cut = (text: string): string => text.slice(0, 256);

export function tagsOf(record: BuildRecord): Record<string, string> {
  return {
    Name: cut(`amigraph ${record.template}`),
    [ownership.key]: ownership.value,
    [templateTag]: cut(record.template),
    [hashTag]: shortDigest(record.digest),
    TemplateDigest: record.digest,
    BaseTemplate: cut(record.parent ?? ''),
    BaseAMI: record.baseImage,
    Region: record.region,
    BuildDate: record.buildDate,
    [buildTag]: record.buildId,
    Workspace: record.workspace,
  };
}

export const leaseTagValue = (bucket: string, key: string): string => cut(`s3://${bucket}/${key}`);

export const isOurs = ({ tags }: RegisteredImage): boolean => tags[ownership.key] === ownership.value;

/** The record that an image's tags hold; undefined where they are not ours or not whole. */
export function recordOf(image: RegisteredImage): BuildRecord | undefined {
  const { tags } = image;
  const digest = parseDigest(tags['TemplateDigest']);
  if (!isOurs(image) || digest === undefined) return undefined;
  if (tags[hashTag] !== shortDigest(digest)) return undefined;
  const parent = tags['BaseTemplate'] ?? '';
  return {
    template: templateName(tags[templateTag] ?? ''),
    digest,
    parent: parent === '' ? null : templateName(parent),
    baseImage: imageId(tags['BaseAMI'] ?? ''),
    region: tags['Region'] ?? '',
    buildDate: tags['BuildDate'] ?? '',
    buildId: buildId(tags[buildTag] ?? ''),
    workspace: tags['Workspace'] ?? '',
  };
}
