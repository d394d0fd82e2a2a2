/** The answers of `leases` and `leases release`. It does not know whether a holder lives, and does not say so. */
import { type Journal, stepUnderWay } from '../cache/journal.ts';
import { holderName, type LeaseBody } from '../cache/lease-body.ts';
import type { HeldLease, Meant } from '../cache/leases.ts';
import { shortDigest } from '../core/digest.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Failure } from '../core/failure.ts';
import type { InstanceId } from '../core/ids.ts';
import { inOneLine, table } from './tables.ts';
import { date, troubleText } from './wording.ts';

/** Null: the build has not come so far. */
export function leaseView({ key, digest, body }: HeldLease): object {
  const { token, holder, since, journal } = body;
  return {
    key,
    template: journal?.template ?? null,
    digest,
    token,
    holder: holderName(holder),
    since,
    step: journal === null ? null : stepUnderWay(journal),
    buildId: journal?.buildId ?? null,
    instance: journal?.instance ?? null,
    image: journal?.image ?? null,
  };
}

export function leasesTable(held: readonly HeldLease[]): string {
  const rows = held.map(({ digest, body: { holder, since, journal } }) =>
    [
      journal?.template,
      shortDigest(digest),
      holderName(holder),
      date(since),
      journal === null ? null : stepUnderWay(journal),
      journal?.buildId,
      journal?.instance,
    ].map((cell) => cell ?? '-'),
  );
  return table([['TEMPLATE', 'HASH', 'HOLDER', 'SINCE', 'AT', 'BUILD', 'INSTANCE'], ...rows]);
}

export const strangeObject = (bucket: string, key: string): Diagnostic => ({
  severity: 'warning',
  code: 'lease-unreadable',
  message: `s3://${bucket}/${key} is no lease that this amigraph can use`,
  cure: 'use a newer one if that wrote it, and remove the object only if nothing needs it',
});

const mostListed = 20;

/** `gromacs (0123456789abcdef)`. */
const leaseName = ({ digest, body }: Pick<HeldLease, 'digest' | 'body'>): string =>
  inOneLine(`${body.journal?.template ?? 'an image'} (${shortDigest(digest)})`);

function leaseNames(leases: readonly HeldLease[]): string {
  const shown = leases.slice(0, mostListed).map(leaseName).join(', ');
  return leases.length > mostListed ? `${shown}; amigraph leases shows all` : shown;
}

/** Why a word names no single lease. */
export function notMeant(
  word: string,
  meant: Extract<Meant, { kind: 'ambiguous' | 'unknown' }>,
  held: readonly HeldLease[],
  region: string,
): { readonly message: string; readonly cure: string } {
  if (meant.kind === 'ambiguous')
    return {
      message: `"${word}" fits ${meant.leases.length} leases that are held in ${region}`,
      cure: `say more of the digest of one of them: ${leaseNames(meant.leases)}`,
    };
  return {
    message: `"${word}" names no lease that is held in ${region}`,
    cure:
      held.length === 0
        ? 'none is held: there is nothing to release'
        : `a template, a key or four digits of a digest will do; these are held: ${leaseNames(held)}`,
  };
}

/** Who holds it, and what it means to release it: a line for each consequence. */
export function releaseText(lease: HeldLease): string {
  const { holder, since, journal } = lease.body;
  const step = journal === null ? null : stepUnderWay(journal);
  const at = step === null ? 'nothing begun yet' : `at ${step}`;
  const build = journal === null ? '' : `, build ${journal.buildId}`;
  const lines = [
    `${leaseName(lease)}: held by ${holderName(holder)} since ${date(since)}, ${at}${build}`,
    'to release it means:',
    ...consequences(journal).map((line) => `  ${line}`),
  ];
  return lines.map((line) => `${inOneLine(line)}\n`).join('');
}

function consequences(journal: Journal | null): string[] {
  return [
    'its build is given up, and the next run begins anew',
    instanceLine(journal),
    ...imageLine(journal),
    'the holder, if it is alive, finds its lease gone when it comes further, and stops without touching anything',
  ];
}

function instanceLine(journal: Journal | null): string {
  if (journal === null || journal.launch === null) return 'no instance of it is known';
  return journal.instance === null
    ? 'its instance is looked for and ended: whether its launch has come to one is not known yet'
    : `its instance ${journal.instance} is ended`;
}

function imageLine(journal: Journal | null): string[] {
  if (journal === null || !journal.imaging) return [];
  return [
    journal.image === null
      ? 'an image that was asked for already is left, and the next run reuses it when it is available'
      : `its image ${journal.image} is left, and the next run reuses it when it is available`,
  ];
}

/** `ended`: what is gone of it. */
export function releasedText(lease: HeldLease, ended: readonly InstanceId[]): string {
  const gone = ended.length === 0 ? 'no instance was left' : `ended ${ended.join(', ')}`;
  return `${leaseName(lease)} is released: ${gone}\n`;
}

/** Why instances may be left of it. */
export const unsureOf = ({ region }: { readonly region: string }, failure: Failure): Diagnostic => ({
  severity: 'warning',
  code: 'instances-unknown',
  message: `instances of it could not be looked for: ${troubleText(failure)}`,
  cure: `to have those ended that may be left: amigraph leases sweep --region ${region}`,
});

/** `by`: what stands there now, where that was seen. */
export function changedText({ body }: HeldLease, by: LeaseBody | undefined): string {
  if (by?.state === 'free') return 'it was let go of meanwhile: nobody holds it\n';
  if (by !== undefined && by.holder.run !== body.holder.run)
    return `${inOneLine(`it was taken over by ${holderName(by.holder)} meanwhile; ask again if you mean that one`)}\n`;
  return 'its holder has been heard of meanwhile: it is alive; ask again if you mean it\n';
}
