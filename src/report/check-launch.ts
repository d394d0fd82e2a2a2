/** What is said of what an instance is launched with: type, base image, profile, quota, and of SSM. It does not try it. */
import type { CloudFailure } from '../core/failure.ts';
import type { ImageId } from '../core/ids.ts';
import type { Result } from '../core/result.ts';
import type { InstanceTypeView } from '../ports/account.ts';
import { type Check, failedCheck, notChecked, okCheck, unanswered, warningCheck } from './check.ts';

type Answer<Value> = Result<Value, CloudFailure>;

export function typeCheck(
  type: string,
  architecture: string,
  answer: Answer<InstanceTypeView | undefined>,
): Check {
  const what = 'instance type';
  if (!answer.ok) return unanswered(what, answer.error, 'unknown');
  if (answer.value === undefined)
    return failedCheck(
      what,
      `there is no ${type} in this Region`,
      'set builder.instanceType to one that there is',
    );
  const { threads, architectures } = answer.value;
  return architectures.includes(architecture)
    ? okCheck(what, `${type}, ${threads} vCPUs, ${architecture}`)
    : failedCheck(
        what,
        `${type} is ${architectures.join(', ')}, and builder.architecture ${architecture}`,
        'set builder.instanceType or builder.architecture so that they fit',
      );
}

/** `base`: how it is written; undefined in place of an answer: AWS publishes no such image. */
export function baseCheck(base: string, answer: Answer<ImageId | undefined>): Check {
  const what = 'base image';
  if (!answer.ok) return unanswered(what, answer.error, 'failed');
  if (answer.value === undefined)
    return failedCheck(
      what,
      `AWS publishes no image of ${base} in this Region`,
      'set base in amifile.ts to another one',
    );
  return okCheck(what, base === answer.value ? base : `${base} is ${answer.value}`);
}

/** `answer`: of a launch on trial; undefined where there was nothing to try it with. */
export function launchCheck(answer: Answer<void> | undefined): Check {
  const what = 'launch';
  if (answer === undefined) return notChecked(what, 'there is no base image to try it with');
  if (answer.ok) return okCheck(what, 'EC2 would accept it (tried with DryRun)');
  const { awsCode } = answer.error;
  const cure =
    cureOfLaunch[awsCode] ?? (isProfile(answer.error) ? 'see the line of the instance profile' : undefined);
  const check = unanswered(what, answer.error, 'failed');
  return cure === undefined ? check : { ...check, cure };
}

const cureOfLaunch: Readonly<Record<string, string>> = {
  UnauthorizedOperation:
    'allow the caller what it names (ec2:RunInstances, ec2:CreateTags or iam:PassRole): docs/aws-setup.md has the whole policy',
  'InvalidSubnetID.NotFound': 'see the line of the subnet',
  'InvalidGroup.NotFound': 'see the line of the security groups',
  'InvalidAMIID.NotFound': 'set base in amifile.ts to an image that there is, or run amigraph update',
};

/** EC2 has no code of its own for a profile that it does not find. */
const isProfile = ({ message }: CloudFailure): boolean =>
  /iamInstanceProfile|instance profile/i.test(message);

export function profileCheck(profile: string | undefined, launch: Answer<void> | undefined): Check {
  const what = 'instance profile';
  if (profile === undefined)
    return warningCheck(
      what,
      'none is set: SSM reaches instances only where the account has default host management, and their logs are not kept',
      'set builder.instanceProfile (docs/aws-setup.yaml makes one)',
    );
  if (launch?.ok === true) return okCheck(what, `${profile}: EC2 knows it, and the caller may pass its role`);
  if (launch === undefined) return notChecked(what, 'the launch was not tried');
  const { awsCode, message } = launch.error;
  if (message.includes('iam:PassRole'))
    return failedCheck(
      what,
      `the caller may not give the role of ${profile} to instances`,
      'allow the caller iam:PassRole on that role: docs/aws-setup.md has the whole policy',
    );
  if (awsCode === 'InvalidParameterValue' && isProfile(launch.error))
    return failedCheck(
      what,
      `EC2 knows no instance profile ${profile}`,
      'set builder.instanceProfile to the name of an instance profile (not of a role); one that was just made takes a minute',
    );
  return notChecked(what, 'the launch was refused for another reason');
}

export const commandsCheck = (answer: Answer<void>): Check =>
  answer.ok ? okCheck('SSM', 'answers') : unanswered('SSM', answer.error, 'failed');

/** The families that share one quota; the others have quotas of their own. */
const everyday = /^(?:a|c|d|h|i|im|is|m|r|t|z)\d/;

export function quotaCheck(
  wanted: { readonly type: string; readonly spot: boolean; readonly concurrency: number },
  type: Answer<InstanceTypeView | undefined>,
  quota: Answer<number>,
): Check {
  const what = 'vCPU quota';
  if (!everyday.test(wanted.type))
    return notChecked(what, `the family of ${wanted.type} has a quota of its own`);
  if (!type.ok || type.value === undefined)
    return notChecked(what, `the vCPUs of ${wanted.type} are not known`);
  if (!quota.ok) return unanswered(what, quota.error, 'unknown');
  const { threads } = type.value;
  const { spot, concurrency } = wanted;
  const needed = threads * concurrency;
  const kind = spot ? 'Spot' : 'on demand';
  const says = `${concurrency} builds at a time need ${needed} vCPUs; ${quota.value} are allowed ${kind}, for all that runs in the Region`;
  const fits = Math.floor(quota.value / threads);
  if (needed <= quota.value) return okCheck(what, says);
  const more = `ask for more (Service Quotas, Amazon EC2, ${spot ? 'L-34B43A08' : 'L-1216C47A'})`;
  return fits === 0
    ? failedCheck(what, says, more)
    : warningCheck(what, says, `${more}, or set concurrency to ${fits} or less`);
}
