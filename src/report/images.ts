/** The answers of `list` and `describe`. It does not know where what they say comes from. */
import { shortDigest } from '../core/digest.ts';
import type { Chain, Link } from '../plan/chain.ts';
import { ageSeconds, type KnownImage } from '../plan/images.ts';
import { age, duration } from './duration.ts';
import { printableAll, type Style } from './style.ts';
import { table } from './tables.ts';
import { date } from './wording.ts';

/** Null: the image's tags or the manifest do not say it, or its tags are not whole. */
export interface ImageView {
  readonly image: string;
  readonly template: string | null;
  readonly hash: string | null;
  readonly digest: string | null;
  readonly baseTemplate: string | null;
  readonly baseImage: string | null;
  readonly state: string;
  readonly region: string | null;
  readonly createdAt: string;
  readonly workspace: string | null;
  readonly buildId: string | null;
  readonly ageSeconds: number | null;
  /** GiB of its volumes. */
  readonly sizeGb: number | null;
  /** How long the build took, and who held the lease. */
  readonly durationMs: number | null;
  readonly builtBy: string | null;
  /** The templates that have its digest now. */
  readonly belongsTo: readonly string[];
  /** No template has its digest any more. Null: that is not known. */
  readonly stale: boolean | null;
}

/** `now`: milliseconds since the epoch. */
export function imageView({ image, record, entry, belongsTo, isStale }: KnownImage, now: number): ImageView {
  const said = (text: string | null | undefined): string | null => text || null;
  const { tags } = image;
  return {
    image: image.id,
    template: said(record?.template ?? tags['TemplateName']),
    hash: record === undefined ? null : shortDigest(record.digest),
    digest: record?.digest ?? null,
    baseTemplate: said(record === undefined ? tags['BaseTemplate'] : record.parent),
    baseImage: said(record?.baseImage ?? tags['BaseAMI']),
    state: image.state,
    region: said(record?.region ?? tags['Region']),
    createdAt: image.createdAt,
    workspace: said(record?.workspace ?? tags['Workspace']),
    buildId: said(record?.buildId ?? tags['BuildId']),
    ageSeconds: ageSeconds(image.createdAt, now) ?? null,
    sizeGb: image.sizeGb ?? null,
    durationMs: entry?.durationMs ?? null,
    builtBy: said(entry?.builtBy),
    belongsTo,
    stale: isStale ?? null,
  };
}

/** `-` is what is not known. */
export function imagesTable(images: readonly ImageView[]): string {
  const rows = images.map((one) =>
    [
      one.image,
      one.template,
      one.hash,
      one.state,
      one.baseTemplate ?? one.baseImage,
      one.region,
      date(one.createdAt),
      one.ageSeconds === null ? null : age(one.ageSeconds),
      one.sizeGb === null ? null : `${one.sizeGb} GiB`,
      one.durationMs === null ? null : duration(one.durationMs),
      belonging(one),
    ].map((cell) => cell || '-'),
  );
  const head = ['IMAGE', 'TEMPLATE', 'HASH', 'STATE', 'STANDS ON', 'REGION', 'CREATED', 'AGE', 'SIZE'];
  return table([[...head, 'BUILT IN', 'BELONGS TO'], ...rows]);
}

function belonging({ belongsTo, stale }: ImageView): string | null {
  if (belongsTo.length > 0) return belongsTo.join(', ');
  return stale === true ? 'none: stale' : null;
}

export interface DescribedImage {
  readonly known: KnownImage;
  /** Undefined: its tags are not whole. */
  readonly chain: Chain | undefined;
}

export function describeView({ known, chain }: DescribedImage, now: number): object {
  const { name, snapshots, stateReason } = known.image;
  return {
    ...imageView(known, now),
    name,
    snapshots,
    stateReason: stateReason ?? null,
    chain: (chain?.links ?? []).map(({ packages, ...link }) => ({ ...link, packages: packages ?? null })),
    base: chain?.base ?? null,
  };
}

export function describeText(described: DescribedImage, now: number, style: Style): string {
  const { known, chain } = printableAll(described);
  const view = imageView(known, now);
  const { image } = known;
  const rows: (readonly [string, string | null])[] = [
    ['template', view.template],
    ['digest', view.digest],
    ['state', `${image.state}${image.stateReason === undefined ? '' : `: ${image.stateReason}`}`],
    ['created', `${date(view.createdAt)}${view.ageSeconds === null ? '' : `, ${age(view.ageSeconds)} ago`}`],
    ['built', view.durationMs === null ? null : `in ${duration(view.durationMs)}${by(view.builtBy)}`],
    ['build', view.buildId],
    ['stands on', standsOn(view)],
    ['size', view.sizeGb === null ? null : `${view.sizeGb} GiB`],
    ['snapshots', image.snapshots.join(', ')],
    ['region', view.region],
    ['workspace', view.workspace],
    ['belongs to', belonging(view)],
  ];
  const lines = rows.map(([what, said]) => `  ${what.padEnd(10)}  ${said || '-'}`);
  const below = chain === undefined ? [] : ['', ...chainLines(chain, style)];
  return `${[style.strong(image.id), ...lines, ...below].join('\n')}\n`;
}

function chainLines({ links, base }: Chain, style: Style): string[] {
  return [
    'Packages, from itself down to the base image',
    ...links.flatMap((link) => [
      `  ${style.strong(link.template)} ${style.dim(shortDigest(link.digest))}`,
      ...packageLines(link),
    ]),
    ...(base === undefined ? [] : [`  ${base}, the base image`]),
  ];
}

const by = (who: string | null): string => (who === null ? '' : ` by ${who}`);

function standsOn({ baseTemplate, baseImage }: ImageView): string | null {
  return baseTemplate === null ? baseImage : `${baseTemplate} (${baseImage ?? '-'})`;
}

function packageLines({ packages }: Link): string[] {
  if (packages === undefined) return ['    what it is made of is not known'];
  return packages.length === 0 ? ['    none of its own'] : packages.map((spec) => `    ${spec}`);
}
