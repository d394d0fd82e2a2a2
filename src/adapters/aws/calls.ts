/** One SDK call to a Result. It knows how AWS says no, and no operation. */
import { redact } from '../../core/credentials.ts';
import type { CloudFailure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/** Throttled requests did nothing and may be sent again. */
const throttling = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'SlowDown',
  'EC2ThrottledException',
  'RequestThrottled',
  // Those that there were are good for a while yet.
  'CredentialsNotRenewed',
  // S3 answers these with 4xx, and means: once more. The SDK sets its clock by the first.
  'RequestTimeTooSkewed',
  'RequestTimeout',
]);

/** What RunInstances says where there is no room, or a quota is used up: another type or subnet may have some. */
const noCapacity = new Set([
  'InsufficientInstanceCapacity',
  'InsufficientHostCapacity',
  'InsufficientReservedInstanceCapacity',
  'InsufficientFreeAddressesInSubnet',
  'UnfulfillableCapacity',
  'SpotMaxPriceTooLow',
  'MaxSpotInstanceCountExceeded',
  'VcpuLimitExceeded',
  'InstanceLimitExceeded',
  // The type does not exist in the subnet's Availability Zone.
  'Unsupported',
]);

/** What an InvalidParameterValue says of a new instance profile, and of an instance that was stopped a moment ago. */
const notReady = /Invalid IAM Instance Profile|has no associated IAM Roles|Instance is not in state/i;

/** Parts of `items`, each as many as one call takes. */
export function batches<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** EC2 takes so many values in one filter. */
export const valuesPerFilter = 200;

/** What `call` answers, or why it does not. Only what AWS and the network do is caught. `resource`: where the service does not name it. */
export async function answerOf<Value>(
  operation: string,
  call: () => Promise<Value>,
  resource?: string,
): Promise<Result<Value, CloudFailure>> {
  try {
    return ok(await call());
  } catch (error) {
    return fail(cloudFailure(operation, error, resource));
  }
}

export function cloudFailure(operation: string, error: unknown, resource?: string): CloudFailure {
  if (!(error instanceof Error)) throw error;
  const status = statusOf(error);
  const awsCode = codeOf(error);
  const isNotReady = awsCode === 'InvalidParameterValue' && notReady.test(error.message);
  const nature = isNotReady ? 'not-ready' : (natureOf(awsCode, status) ?? natureOfLocal(error));
  return {
    code: 'cloud',
    awsCode,
    operation,
    ...(resource === undefined ? {} : { resource }),
    message: redact(error.message || awsCode),
    nature,
    ...triedOf(error),
  };
}

function natureOf(awsCode: string, status: number | undefined): CloudFailure['nature'] | undefined {
  if (throttling.has(awsCode)) return 'throttled';
  if (noCapacity.has(awsCode)) return 'no-capacity';
  if (status === undefined) return undefined;
  return status >= 500 ? 'unknown' : 'refused';
}

/** What the SDK says of its attempts. */
function triedOf(error: Error): Pick<CloudFailure, 'tried'> {
  if (!('$metadata' in error)) return {};
  const { attempts = 1, totalRetryDelay = 0 } = error.$metadata as {
    attempts?: number;
    totalRetryDelay?: number;
  };
  return attempts <= 1 ? {} : { tried: { times: attempts, waitedMs: totalRetryDelay } };
}

/** The HTTP status of the answer; undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

function codeOf(error: Error): string {
  if ('$metadata' in error && error.name !== 'Error') return error.name;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name;
}

/** No answer: a broken connection leaves the effect unknown; missing credentials mean that nothing was sent. */
function natureOfLocal(error: Error): CloudFailure['nature'] {
  const code = codeOf(error);
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError)
    throw error;
  if (/Credential|Token|Region|Profile/i.test(code)) return 'refused';
  if (['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'].includes(code)) return 'throttled';
  return 'unknown';
}
