/** The words for a service that says no, and what to do about it. It does not know which command asked. */
import type { Diagnostic } from '../core/diagnostic.ts';
import { type CloudFailure, isDenied } from '../core/failure.ts';
import { duration } from './duration.ts';

const expired = 'log in again (aws sso login) and run it again: a build goes on from where it stopped';
const strange = 'are these credentials of this account, and is the Region enabled for it?';
const gone = 'there are no such credentials any more: log in again, or make new keys';
const mismatch = 'the secret key does not belong to the key: look at both';
const unreachable = 'is there a network here, is the name of the Region right, and is a proxy needed?';

const cures: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'log in (aws sso login), name a profile (--profile, AWS_PROFILE), or use --provider sandbox',
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  CredentialsNotRenewed: expired,
  RequestExpired:
    'the credentials are too old, or the clock of this machine is wrong: log in again, look at the clock',
  AuthFailure: strange,
  UnrecognizedClientException: strange,
  InvalidClientTokenId: gone,
  InvalidAccessKeyId: gone,
  SignatureDoesNotMatch: mismatch,
  InvalidSignatureException: mismatch,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  TimeoutError: 'is there a network here, and does a firewall or a proxy stand between it and AWS?',
  ECONNREFUSED: 'nothing listens there: is AWS_ENDPOINT_URL right, and amigraph sandbox serve running?',
  NoSuchBucket: 'make the bucket (aws s3 mb s3://NAME), or set bucket in amifile.ts to one of yours',
  'ec2:DeregisterImage OperationNotPermitted':
    'it is protected: aws ec2 disable-image-deregistration-protection --image-id ID, then remove it; where that has a cooldown, 24 hours later',
  ParameterNotFound:
    'set base in amifile.ts to a parameter that exists in this Region, or to { ami: "ami-..." }',
};

export function cloudCure(failure: CloudFailure): string | undefined {
  if (isDenied(failure)) return 'allow it to whoever runs amigraph: docs/aws-setup.md has the whole policy';
  // The SDK has one code for credentials that there never were and for a login that is over.
  const isOver = failure.awsCode === 'CredentialsProviderError' && /expired|refresh/i.test(failure.message);
  if (isOver) return expired;
  return cures[`${failure.operation} ${failure.awsCode}`] ?? cures[failure.awsCode];
}

/** In one line. */
export function cloudText(failure: CloudFailure): string {
  const { operation, awsCode, message, resource, tried } = failure;
  if (isDenied(failure)) return deniedText(failure);
  const on = resource === undefined || awsCode !== 'NoSuchBucket' ? '' : ` on ${resource}`;
  return `${operation}${on} failed: ${awsCode}: ${message}${triedText(tried)}`;
}

/** As IAM words it, for all services. What follows encoded is of use to nobody who reads it. */
const denial =
  /User: (\S+) is not authorized to perform: (\S+?)(?: on resource: "?([^\s"]+)"?)?(?: (?:because )?(.*?))?\.?(?: Encoded authorization failure message:.*)?$/s;

/** Some services name the action, the resource and the reason; for others all is said that is known. */
function deniedText({ operation, resource, message }: CloudFailure): string {
  const [, user, action = operation, of = resource, why = ''] = denial.exec(message) ?? [];
  const on = of === undefined ? '' : ` on ${of}`;
  if (user === undefined) return `${operation} is not allowed${on}: ${message}`;
  return `${action} is not allowed${on} for ${user}${why === '' ? '' : `: ${why}`}`;
}

const triedText = (tried: CloudFailure['tried']): string =>
  tried === undefined
    ? ''
    : ` (tried ${tried.times} times, with ${duration(tried.waitedMs)} of waiting in between)`;

export const cloudDiagnostic = (failure: CloudFailure): Diagnostic => ({
  severity: 'error',
  code: 'cloud',
  message: cloudText(failure),
  cure: cloudCure(failure),
});
