/** The doctor at a sandbox that is served over a socket: its bucket, its faults, and what became of it. */
import {
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { onTestFinished } from 'vitest';
import { makeClients } from '../../src/adapters/aws/clients.ts';
import type { Wire } from '../../src/core/wire.ts';
import { parseFaults } from '../../src/sandbox/faults.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { serve } from '../../src/sandbox/serve.ts';
import { type Environment, makeWorkspace, type Workspace } from './rig.ts';

const region = 'us-west-2';
export const bucket = 'amigraph-sandbox';

export const numbered = (kind: string, at: number): string => `${kind}-${String(at).padStart(17, '0')}`;

/** A network that is as docs/aws-setup.md wants it. */
export const goodBuilder = {
  instanceProfile: 'amigraph-build',
  subnet: numbered('subnet', 1),
  securityGroups: [numbered('sg', 4)],
};

interface Line {
  readonly what: string;
  readonly result: string;
  readonly says: string;
  readonly cure: string | null;
}

interface Doctored {
  readonly code: number | null;
  readonly lines: readonly Line[];
  readonly stderr: string;
  /** Of one check: `failed: what it says [what cures it]`. */
  readonly line: (what: string) => string | undefined;
}

export interface Clinic {
  readonly workspace: Workspace;
  readonly env: Environment;
  readonly run: (builder?: object) => Promise<Doctored>;
  readonly configure: (builder: object) => Promise<void>;
  /** What the bucket holds now, and how many instances there are. */
  readonly left: () => Promise<{ readonly keys: readonly string[]; readonly instances: number }>;
}

const plainHttp = {
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
};

interface ClinicOptions {
  /** Operation to code and message of the error that meets it each time, where its parameters match. */
  readonly refused?: readonly (readonly [operation: string, code: string, message?: string])[];
  readonly faults?: readonly object[];
  /** Stands before the sandbox. */
  readonly before?: (wire: Wire) => Wire;
  readonly bare?: boolean;
  readonly speed?: number;
}

export async function clinic(options: ClinicOptions = {}): Promise<Clinic> {
  const workspace = await makeWorkspace({});
  const rules = [
    ...(options.refused ?? []).map(([operation, code, message = 'you may not']) => ({
      operation,
      times: 'always',
      fault: { kind: 'error', code, message, status: operation.startsWith('s3:') ? 403 : 400 },
    })),
    ...(options.faults ?? []),
  ];
  const faults = parseFaults(JSON.stringify(rules));
  if (!faults.ok) throw new Error(faults.error);
  const folder = `${workspace.folder}/.amigraph/sandbox`;
  const common = { folder, speed: options.speed ?? Number.POSITIVE_INFINITY, now: Date.now };
  const sandbox = await openSandbox({ ...common, faults: faults.value, bucket: { name: bucket, region } });
  onTestFinished(() => sandbox.close());
  // Past the faults: it is set up and looked into, not used.
  const past = await openSandbox(common);
  onTestFinished(() => past.close());
  const { ec2, s3 } = makeClients({ region, wire: past.wire });
  if (options.bare !== true) {
    const Bucket = bucket;
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(plainHttp) }));
    const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true };
    const PublicAccessBlockConfiguration = { ...all, RestrictPublicBuckets: true };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  }
  const served = await serve({ wire: options.before?.(sandbox.wire) ?? sandbox.wire }, {});
  onTestFinished(() => served.close());
  const env = {
    AWS_ENDPOINT_URL: served.endpoint,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AMIGRAPH_PROVIDER: 'aws',
    AMIGRAPH_BUCKET: bucket,
  };
  const configure = (builder: object): Promise<void> =>
    workspace.write(
      'amifile.ts',
      `import { defineConfig } from 'amigraph';\nexport default defineConfig({ workspace: 'test', builder: ${JSON.stringify(builder)} });\n`,
    );
  return {
    workspace,
    env,
    configure,
    async run(builder = goodBuilder) {
      await configure(builder);
      const { code, stdout, stderr } = await workspace.run(['doctor', '--json'], env);
      const { checks } = JSON.parse(stdout) as { checks: Line[] };
      const line = (what: string): string | undefined => {
        const found = checks.find((check) => check.what === what);
        if (found === undefined) return undefined;
        return `${found.result}: ${found.says}${found.cure === null ? '' : ` [${found.cure}]`}`;
      };
      return { code, lines: checks, stderr, line };
    },
    async left() {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
      return { keys: Contents.map(({ Key = '' }) => Key), instances: Reservations.length };
    },
  };
}
