/** A workspace beside a sandbox that is reached over loopback, with a look at each request. It does not know what is asked. */
import { onTestFinished } from 'vitest';
import type { Wire, WireRequest } from '../../src/core/wire.ts';
import { parseFaults } from '../../src/sandbox/faults.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { serve } from '../../src/sandbox/serve.ts';
import { type Environment, makeWorkspace, type Workspace } from './rig.ts';

export interface Wired {
  readonly workspace: Workspace;
  /** For provider `aws`, without credentials. */
  readonly env: Environment;
  readonly requests: WireRequest[];
  /** To the same sandbox, unseen. */
  readonly unseen: Wire;
}

export async function wiredWorkspace(
  files?: Readonly<Record<string, string>>,
  faults: readonly object[] = [],
): Promise<Wired> {
  const workspace = await makeWorkspace(files);
  const rules = parseFaults(JSON.stringify(faults));
  if (!rules.ok) throw new Error(rules.error);
  const sandbox = await openSandbox({
    folder: `${workspace.folder}/.amigraph/sandbox`,
    speed: Number.POSITIVE_INFINITY,
    now: Date.now,
    faults: rules.value,
    bucket: { name: 'amigraph-sandbox', region: 'us-west-2' },
  });
  onTestFinished(() => sandbox.close());
  const requests: WireRequest[] = [];
  const wire: Wire = (request) => {
    requests.push(request);
    return sandbox.wire(request);
  };
  const served = await serve({ wire }, {});
  onTestFinished(() => served.close());
  const env = {
    AWS_ENDPOINT_URL: served.endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    AMIGRAPH_PROVIDER: 'aws',
    AMIGRAPH_BUCKET: 'amigraph-sandbox',
  };
  return { workspace, env, requests, unseen: sandbox.wire };
}

/** `DescribeImages` of EC2's form, `GET amigraph/manifest` of S3. */
export function callName({ method, path, headers, body }: WireRequest): string {
  const target = headers['x-amz-target'];
  if (target !== undefined) return target;
  const action = new URLSearchParams(Buffer.from(body).toString()).get('Action');
  return action ?? `${method} ${path.split('/').slice(2, 4).join('/')}`;
}

/** The access key of each request, each once. */
export const keysOf = (requests: readonly WireRequest[]): string[] => [
  ...new Set(
    requests.map(({ headers }) => /Credential=([^/]+)/.exec(headers['authorization'] ?? '')?.[1] ?? 'none'),
  ),
];
