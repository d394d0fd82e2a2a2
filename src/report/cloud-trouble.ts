/** The words for a service that says no before anything was begun. It does not know which command asked. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { CloudFailure } from '../core/failure.ts';
import { troubleText } from './wording.ts';

const cures: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'log in (aws sso login), set AWS_PROFILE, or use --provider sandbox',
  NoSuchBucket: 'make the bucket (aws s3 mb s3://NAME), or set bucket in amifile.ts to one of yours',
  ExpiredToken: 'the credentials are too old: log in again',
  ExpiredTokenException: 'the credentials are too old: log in again',
  ECONNREFUSED: 'nothing listens there: is AWS_ENDPOINT_URL right, and amigraph sandbox serve running?',
  ParameterNotFound:
    'set base in amifile.ts to a parameter that exists in this Region, or to { ami: "ami-..." }',
};

export const cloudDiagnostic = (failure: CloudFailure): Diagnostic => ({
  severity: 'error',
  code: 'cloud',
  message: troubleText(failure),
  cure: cures[failure.awsCode],
});
