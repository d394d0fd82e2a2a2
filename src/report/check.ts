/** One line of a check-up: what was looked at, how it is, and what to do. It does not know what is checked, nor how. */
import type { Config } from '../config/config.ts';
import type { CloudFailure } from '../core/failure.ts';
import { counted } from './diagnostics.ts';
import { printable, printableAll, type Style } from './style.ts';
import { inOneLine } from './tables.ts';
import { troubleText } from './wording.ts';

/** `unknown`: it could not be looked at, which need not mean that anything is wrong. */
type CheckResult = 'ok' | 'warning' | 'failed' | 'unknown';

export interface Check {
  /** `conditional writes`. */
  readonly what: string;
  readonly result: CheckResult;
  readonly says: string;
  readonly cure?: string;
}

export const okCheck = (what: string, says: string): Check => ({ what, result: 'ok', says });

export const warningCheck = (what: string, says: string, cure: string): Check => ({
  what,
  result: 'warning',
  says,
  cure,
});

export const failedCheck = (what: string, says: string, cure: string): Check => ({
  what,
  result: 'failed',
  says,
  cure,
});

export const notChecked = (what: string, why: string): Check => ({
  what,
  result: 'unknown',
  says: `not checked: ${why}`,
});

/** Who says no to the caller, in the codes of the services. */
const forbidden = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Forbidden']);

export const isForbidden = ({ awsCode }: CloudFailure): boolean => forbidden.has(awsCode);

const cureOfCode: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'log in (aws sso login), or set AWS_PROFILE',
  ExpiredToken: 'the credentials are too old: log in again',
  ExpiredTokenException: 'the credentials are too old: log in again',
  RequestExpired:
    'the credentials are too old, or the clock of this machine is wrong: log in again, look at the clock',
  AuthFailure: 'are these credentials of this account, and is the Region enabled for it?',
  UnrecognizedClientException: 'are these credentials of this account, and is the Region enabled for it?',
  InvalidClientTokenId: 'there are no such credentials any more: log in again, or make new keys',
  SignatureDoesNotMatch: 'the secret key does not belong to the key: look at both',
  ENOTFOUND: 'is there a network here, is the name of the Region right, and is a proxy needed?',
  ECONNREFUSED: 'nothing listens there: is AWS_ENDPOINT_URL right?',
  ParameterNotFound:
    'set base in amifile.ts to a parameter that there is in this Region, or to { ami: "ami-..." }',
  TimeoutError: 'is there a network here, and does a firewall or a proxy stand between it and AWS?',
};

/** A question that was not answered. It is `failed` where a build asks the same. */
export function unanswered(what: string, failure: CloudFailure, result: 'failed' | 'unknown'): Check {
  const cure = isForbidden(failure)
    ? `allow the caller ${failure.operation}: docs/aws-setup.md has the whole policy`
    : cureOfCode[failure.awsCode];
  return { what, result, says: troubleText(failure), ...(cure === undefined ? {} : { cure }) };
}

const whatWidth = 20;
const resultWidth = 7;

/** A line, and one more for the cure. */
export function checkText({ what, result, says, cure }: Check, style: Style): string {
  const paint = { ok: style.good, warning: style.warn, failed: style.bad, unknown: style.dim }[result];
  const line = `${paint(result.padEnd(resultWidth))}  ${what.padEnd(whatWidth)}  ${inOneLine(printable(says))}\n`;
  const indent = ' '.repeat(resultWidth + whatWidth + 4);
  return cure === undefined ? line : `${line}${indent}cure: ${inOneLine(printable(cure))}\n`;
}

/** `hpc: aws at http://127.0.0.1:4566, us-east-1`. */
export function checkedText({ workspace, provider, endpoint, region }: Config): string {
  const at = provider === 'aws' && endpoint !== undefined ? ` at ${endpoint.url}` : '';
  return `${workspace}: ${provider}${at}, ${region}\n`;
}

export const sandboxOnly =
  'this is the sandbox; an AWS account is checked with: amigraph doctor --provider aws\n';

const count = (checks: readonly Check[], wanted: CheckResult): number =>
  checks.filter(({ result }) => result === wanted).length;

/** `18 checks: 1 failed, 2 warnings, 1 unknown`. */
export function checkSummary(checks: readonly Check[]): string {
  const warnings = count(checks, 'warning');
  const parts = [
    ...(count(checks, 'failed') > 0 ? [`${count(checks, 'failed')} failed`] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
    ...(count(checks, 'unknown') > 0 ? [`${count(checks, 'unknown')} unknown`] : []),
  ];
  return `${counted(checks.length, 'check')}: ${parts.length === 0 ? 'all is well' : parts.join(', ')}\n`;
}

export const checkView = (check: Check): object => printableAll({ ...check, cure: check.cure ?? null });
