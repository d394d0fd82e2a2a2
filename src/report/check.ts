/** One line of a check-up: what was looked at, how it is, and what to do. It does not know what is checked, nor how. */
import type { Config } from '../config/config.ts';
import type { CloudFailure } from '../core/failure.ts';
import { counted } from './diagnostics.ts';
import { printable, printableAll, type Style } from './style.ts';
import { inOneLine } from './tables.ts';
import { isDenied } from '../core/failure.ts';
import { cloudCure } from './cloud-trouble.ts';
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

/** A question that was not answered. It is `failed` where a build asks the same. */
export function unanswered(what: string, failure: CloudFailure, result: 'failed' | 'unknown'): Check {
  const cure = isDenied(failure)
    ? `allow the caller ${failure.operation}: docs/aws-setup.md has the whole policy`
    : cloudCure(failure);
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
