/** STS: who the caller is, which in the sandbox is always the same, and roles, which it lends to anybody. It does not know any other account. */
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
    perform: ({ now }) => {
      switch (action) {
        case 'GetCallerIdentity':
          return done(action, {
            Arn: `arn:aws:iam::${account}:user/sandbox`,
            UserId: 'AIDA00000000000000000',
            Account: account,
          });
        case 'AssumeRole':
          return done(action, assumedRole(values, now));
        default:
          throw new Refusal('InvalidAction', `Could not find operation ${action} for version 2011-06-15`);
      }
    },
    refuse: ({ status, code, message }) =>
      answer(status, 'ErrorResponse', {
        Error: { Type: 'Sender', Code: code, Message: message },
        RequestId: randomUUID(),
      }),
  };
}

/** Its keys are made up like all others, which nobody checks; they expire by this sandbox's clock. */
function assumedRole(values: ReadonlyMap<string, string>, now: number): Record<string, Xml> {
  const role = values.get('RoleArn') ?? '';
  const session = values.get('RoleSessionName') ?? '';
  const seconds = Number(values.get('DurationSeconds') ?? 3600);
  const [, owner, name] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(role) ?? [];
  if (name === undefined || !/^[\w+=,.@-]{2,64}$/.test(session))
    throw new Refusal('ValidationError', `${role || 'an empty text'} and ${session} are no role and session`);
  if (!(seconds >= 900 && seconds <= 43_200))
    throw new Refusal('ValidationError', 'DurationSeconds must be between 900 and 43200');
  const id = randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();
  return {
    AssumedRoleUser: {
      Arn: `arn:aws:sts::${owner}:assumed-role/${name}/${session}`,
      AssumedRoleId: `AROA${id}:${session}`,
    },
    Credentials: {
      AccessKeyId: `ASIA${id}`,
      SecretAccessKey: randomUUID(),
      SessionToken: randomUUID(),
      Expiration: new Date(now + seconds * 1000).toISOString(),
    },
  };
}

const done = (action: string, result: Record<string, Xml>): WireResponse =>
  answer(200, `${action}Response`, {
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId: randomUUID() },
  });

const answer = (status: number, root: string, values: Record<string, Xml>): WireResponse => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: document(root, xmlNamespace, values),
});
