/** Which service and Region a request is for, as AWS's front doors tell. It does not check signatures. */
import type { WireRequest } from '../core/wire.ts';
import type { Service } from './operations.ts';

export interface Route {
  readonly service: Service;
  readonly region: string;
  /** AWS refuses what is not signed; here it comes from the sandbox's own people, who need not spell everything out. */
  readonly signed: boolean;
}

const defaultRegion = 'us-east-1';

export function routeOf(request: WireRequest): Route {
  const [region, service] = credentialScope(request);
  const named = service === undefined ? undefined : services[service];
  return {
    service: named ?? guessedService(request),
    region: region ?? regionOfHost(request.host) ?? defaultRegion,
    signed: region !== undefined,
  };
}

const services: Readonly<Record<string, Service>> = {
  ec2: 'ec2',
  ssm: 'ssm',
  s3: 's3',
  sts: 'sts',
  servicequotas: 'servicequotas',
};

/** `Credential=<key>/<date>/<region>/<service>/aws4_request`, in the header or in a presigned query. */
function credentialScope(request: WireRequest): [region?: string, service?: string] {
  const inHeader = /Credential=([^,\s]+)/u.exec(request.headers['authorization'] ?? '')?.[1];
  const inQuery = request.query.find(([name]) => name === 'X-Amz-Credential')?.[1];
  const [, , region, service] = (inHeader ?? inQuery ?? '').split('/');
  return region === undefined || service === undefined ? [] : [region, service];
}

function guessedService(request: WireRequest): Service {
  if (request.headers['x-amz-target']?.startsWith('AmazonSSM.') === true) return 'ssm';
  if (request.headers['x-amz-target']?.startsWith('ServiceQuotas') === true) return 'servicequotas';
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  if (form || request.query.some(([name]) => name === 'Action')) {
    const body = form ? Buffer.from(request.body).toString('utf8') : '';
    return /(?:^|&)Action=GetCallerIdentity(?:&|$)/u.test(body) ? 'sts' : 'ec2';
  }
  return 's3';
}

const regionOfHost = (host: string): string | undefined =>
  /\b([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/u.exec(host)?.[1];
