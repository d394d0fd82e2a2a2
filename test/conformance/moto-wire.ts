/** moto with its gaps filled: what the program asks of AWS and moto cannot answer is answered here, from what moto knows. All else goes to moto and back as it is. */
import { once } from 'node:events';
import { type IncomingMessage, request as sendTo } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Wire, WireRequest, WireResponse } from '../../src/core/wire.ts';

export function mendedMoto(endpoint: string): Wire {
  const ask = (request: WireRequest): Promise<WireResponse> => passOn(endpoint, request);
  return (request) => {
    const target = request.headers['x-amz-target']?.replace('AmazonSSM.', '');
    // These three moto has not: it answers 500, and HTML.
    if (target === 'DescribeInstanceInformation') return instanceInformation(request, ask);
    if (target === 'ListCommandInvocations') return commandInvocations(request, ask);
    // Its commands have ended as soon as they are sent, and AWS takes it that one is cancelled that has ended.
    if (target === 'CancelCommand') return Promise.resolve(json({}));
    return ask(formOf(request)?.get('Action') === 'CreateImage' ? withoutSnapshotTags(request) : request);
  };
}

type Ask = (request: WireRequest) => Promise<WireResponse>;

/** An agent answers wherever an instance runs. */
async function instanceInformation(request: WireRequest, ask: Ask): Promise<WireResponse> {
  const { Filters = [] } = JSON.parse(textOf(request)) as { Filters?: { Values: string[] }[] };
  const form = new URLSearchParams({ Action: 'DescribeInstances', Version: '2016-11-15' });
  form.set('Filter.1.Name', 'instance-state-name');
  form.set('Filter.1.Value.1', 'running');
  const answer = await ask({ ...request, ...inForm(request, form) });
  const running = Buffer.from(answer.body)
    .toString()
    .matchAll(/<instanceId>(.*?)<\/instanceId>/g);
  const asked = Filters.flatMap(({ Values }) => Values);
  const InstanceInformationList = [...running]
    .map(([, id]) => id ?? '')
    .filter((id) => asked.includes(id))
    .map((InstanceId) => ({ InstanceId, PingStatus: 'Online' }));
  return json({ InstanceInformationList });
}

interface Listed {
  readonly Commands?: readonly { readonly InstanceIds: readonly string[] }[];
}

/** One for each instance of each command, as ListCommands has them. */
async function commandInvocations(request: WireRequest, ask: Ask): Promise<WireResponse> {
  const headers = { ...request.headers, 'x-amz-target': 'AmazonSSM.ListCommands' };
  const answer = await ask({ ...request, headers });
  const { Commands = [] } = JSON.parse(textOf(answer)) as Listed;
  const { InstanceId: wanted } = JSON.parse(textOf(request)) as { InstanceId?: string };
  const CommandInvocations = Commands.flatMap(({ InstanceIds, ...command }) =>
    InstanceIds.filter((id) => wanted === undefined || id === wanted).map((InstanceId) => ({
      ...command,
      InstanceId,
    })),
  );
  return json({ CommandInvocations });
}

/** For tags of snapshots moto answers 500, and makes no image. */
function withoutSnapshotTags(request: WireRequest): WireRequest {
  const fields = [...(formOf(request) ?? [])];
  const beginnings = fields
    .filter(([name, value]) => /^TagSpecification\.\d+\.ResourceType$/.test(name) && value === 'snapshot')
    .map(([name]) => name.replace('ResourceType', ''));
  const kept = fields.filter(([name]) => !beginnings.some((beginning) => name.startsWith(beginning)));
  return { ...request, body: Buffer.from(new URLSearchParams(kept).toString()) };
}

const formOf = (request: WireRequest): URLSearchParams | undefined =>
  request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
    ? new URLSearchParams(textOf(request))
    : undefined;

/** The same caller asks EC2 instead of SSM: moto tells services apart by what was signed for. */
const inForm = ({ headers }: WireRequest, form: URLSearchParams): Pick<WireRequest, 'headers' | 'body'> => ({
  headers: {
    authorization: headers['authorization']?.replace('/ssm/', '/ec2/') ?? '',
    'content-type': 'application/x-www-form-urlencoded',
  },
  body: Buffer.from(form.toString()),
});

const textOf = ({ body }: WireRequest | WireResponse): string => Buffer.from(body).toString();

const json = (value: object): WireResponse => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: Buffer.from(JSON.stringify(value)),
});

/** What belongs to one connection alone. */
const ofTheConnection = new Set(['connection', 'content-length', 'expect', 'host', 'transfer-encoding']);

const passable = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheConnection.has(name)));

async function passOn(endpoint: string, { method, path, query, headers, body }: WireRequest) {
  const search = new URLSearchParams(
    query.map(([name, value]): [string, string] => [name, value]),
  ).toString();
  // As text: a URL would be brought into normal form, and a key of S3 with it.
  const { hostname, port } = new URL(endpoint);
  const request = sendTo({
    hostname,
    port,
    method,
    path: search === '' ? path : `${path}?${search}`,
    headers: { ...passable(headers), 'content-length': body.length },
  });
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return {
    status: answer.statusCode ?? 500,
    headers: passable(answer.headers as Record<string, string>),
    body: await buffer(answer),
  };
}
