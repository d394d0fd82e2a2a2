/** What is said of the credentials and of the Region. It does not ask for them. */
import type { CloudFailure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import type { Caller } from '../ports/account.ts';
import { type Check, failedCheck, okCheck, unanswered } from './check.ts';

export const callerCheck = (answer: Result<Caller, CloudFailure>): Check =>
  answer.ok
    ? okCheck('credentials', `${answer.value.arn}, account ${answer.value.account}`)
    : unanswered('credentials', answer.error, 'failed');

export function regionCheck(
  region: string,
  answer: Result<'enabled' | 'disabled' | 'absent', CloudFailure>,
): Check {
  const what = 'Region';
  if (!answer.ok) return unanswered(what, answer.error, 'failed');
  switch (answer.value) {
    case 'enabled':
      return okCheck(what, `${region} is enabled for the account`);
    case 'disabled':
      return failedCheck(
        what,
        `${region} is not enabled for the account`,
        `enable it (aws account enable-region --region-name ${region}), or set region to another one`,
      );
    case 'absent':
      return failedCheck(
        what,
        `there is no Region ${region}`,
        'set region in amifile.ts to one that there is',
      );
  }
}
