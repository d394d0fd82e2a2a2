/** STS: who the caller is, which in the sandbox is always the same. It does not know any other account. */
import { randomUUID } from 'node:crypto';
import type { WireRequest, WireResponse } from '../core/wire.ts';
import type { Operation } from './call.ts';
import { account, Refusal } from './call.ts';
import { queryValues } from './ec2/query.ts';
import { document } from './xml.ts';
import type { Xml } from './xml.ts';

const xmlNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

export function stsOperation(request: WireRequest): Operation {
  const values = queryValues(new URLSearchParams(Buffer.from(request.body).toString('utf8')));
  const action = values.get('Action') ?? '';
  return {
    name: `sts:${action}`,
    parameters: values,
    perform: () => {
      if (action !== 'GetCallerIdentity') {
        throw new Refusal('InvalidAction', `Could not find operation ${action} for version 2011-06-15`);
      }
      return answer(200, 'GetCallerIdentityResponse', {
        GetCallerIdentityResult: {
          Arn: `arn:aws:iam::${account}:user/sandbox`,
          UserId: 'AIDA00000000000000000',
          Account: account,
        },
        ResponseMetadata: { RequestId: randomUUID() },
      });
    },
    refuse: ({ status, code, message }) =>
      answer(status, 'ErrorResponse', {
        Error: { Type: 'Sender', Code: code, Message: message },
        RequestId: randomUUID(),
      }),
  };
}

const answer = (status: number, root: string, values: Record<string, Xml>): WireResponse => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: document(root, xmlNamespace, values),
});
