/** The words for a service that says no, and what to do about it. It does not know which command asked. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { CloudFailure } from '../core/failure.ts';
import { duration } from './duration.ts';

/** Why a service says no, where that lies in who asks or from where, and not in what is asked. */
type Kind = 'missing' | 'expired' | 'invalid' | 'denied' | 'unreachable';

const kinds: Readonly<Record<string, Kind>> = {
  CredentialsProviderError: 'missing',
  ExpiredToken: 'expired',
  ExpiredTokenException: 'expired',
  RequestExpired: 'expired',
  CredentialsNotRenewed: 'expired',
  AuthFailure: 'invalid',
  InvalidAccessKeyId: 'invalid',
  InvalidClientTokenId: 'invalid',
  InvalidSignatureException: 'invalid',
  SignatureDoesNotMatch: 'invalid',
  UnrecognizedClientException: 'invalid',
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  UnauthorizedOperation: 'denied',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
};

function kindOf({ awsCode, message }: CloudFailure): Kind | undefined {
  const kind = kinds[awsCode];
  return kind === 'missing' && /expired|refresh/i.test(message) ? 'expired' : kind;
}

const curesOfKinds: Readonly<Record<Kind, string>> = {
  missing: 'log in (aws sso login), name a profile (--profile, AWS_PROFILE), or use --provider sandbox',
  expired: 'log in again (aws sso login) and run it again: a build goes on from where it stopped',
  invalid:
    'AWS does not know these credentials: see whose they are (aws sts get-caller-identity), and whether the Region is enabled for the account',
  denied: 'allow it to whoever runs amigraph: docs/aws-setup.md has the whole policy',
  unreachable: 'is the Region right (--region), and is there a network?',
};

const cures: Readonly<Record<string, string>> = {
  NoSuchBucket: 'make the bucket (aws s3 mb s3://NAME), or set bucket in amifile.ts to one of yours',
  ECONNREFUSED: 'nothing listens there: is AWS_ENDPOINT_URL right, and amigraph sandbox serve running?',
  ParameterNotFound:
    'set base in amifile.ts to a parameter that exists in this Region, or to { ami: "ami-..." }',
};

export function cloudCure(failure: CloudFailure): string | undefined {
  const kind = kindOf(failure);
  return kind === undefined ? cures[failure.awsCode] : curesOfKinds[kind];
}

/** In one line. */
export function cloudText(failure: CloudFailure): string {
  const { operation, awsCode, message, resource, tried } = failure;
  if (kindOf(failure) === 'denied') return deniedText(failure);
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
