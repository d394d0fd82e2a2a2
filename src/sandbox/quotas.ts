/** Service Quotas: how many threads may run at a time. It does not count them, and the sandbox launches more. */
import { randomUUID } from 'node:crypto';
import type { WireRequest, WireResponse } from '../core/wire.ts';
import { account, type Operation, Refusal } from './call.ts';

/** What a young account has. */
const values: Readonly<Record<string, { readonly name: string; readonly value: number }>> = {
  'L-1216C47A': { name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', value: 256 },
  'L-34B43A08': { name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', value: 256 },
};

export function quotasOperation(request: WireRequest): Operation {
  const name = (request.headers['x-amz-target'] ?? '').replace(/^.*\./u, '');
  const { ServiceCode = '', QuotaCode = '' } = readBody(request.body);
  return {
    name: `servicequotas:${name}`,
    parameters: new Map(Object.entries({ ServiceCode, QuotaCode })),
    perform: ({ region }) => {
      if (name !== 'GetServiceQuota')
        throw new Refusal('UnknownOperationException', `The operation ${name} is not known to this service.`);
      const quota = ServiceCode === 'ec2' ? values[QuotaCode] : undefined;
      if (quota === undefined)
        throw new Refusal('NoSuchResourceException', 'The request failed because the quota does not exist.');
      const QuotaArn = `arn:aws:servicequotas:${region}:${account}:${ServiceCode}/${QuotaCode}`;
      const { name: QuotaName, value: Value } = quota;
      return answer(200, { Quota: { ServiceCode, QuotaCode, QuotaArn, QuotaName, Value, Unit: 'None' } });
    },
    refuse: ({ status, code, message }) => answer(status, { __type: code, message }),
  };
}

function readBody(bytes: Uint8Array): Partial<Record<'ServiceCode' | 'QuotaCode', string>> {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8') || '{}') as Record<string, string>;
  } catch {
    return {};
  }
}

const answer = (status: number, body: object): WireResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() },
  body: Buffer.from(JSON.stringify(body)),
});
