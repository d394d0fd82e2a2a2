// What a build costs where every image is there: wall time beside `node -e 0`, in the sandbox.
// Usage: node bench/cached.mjs [PAIRS]      after npm run build
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CreateImageCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { compare, fill, inWorkspace, program } from './workspace.mjs';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const pairs = Number(process.argv[2] ?? 5);
const region = 'us-east-1';
const bucket = 'amigraph-bench';
const env = { AMIGRAPH_SANDBOX_SPEED: 'instant', AMIGRAPH_REGION: region, AMIGRAPH_BUCKET: bucket };
const wanted = new Map([
  [3, 5],
  [1000, 8],
  [10_000, 25],
]);

console.log(
  `node ${process.version}, medians of ${pairs} pairs with node -e 0; build --all, all of it cached`,
);
for (const [count, limit] of wanted) {
  await inWorkspace([], async (workspace) => {
    fill(workspace, count);
    await makeImages(workspace);
    compare(workspace, ['build', '--all'], 1, { env });
    const { ratio, span, ms, megabytes } = compare(workspace, ['build', '--all'], pairs, { env });
    console.log(
      `${String(count).padStart(6)} templates: ${ratio.toFixed(1)} times (${span}), ` +
        `${ms.toFixed(0)} ms, ${megabytes.toFixed(0)} MB (wanted ${limit} times)`,
    );
  });
}

/** As if each had been built: the images with their tags, and the manifest. Built in earnest it would take an hour. */
async function makeImages(workspace) {
  const run = (args) =>
    execFileSync(process.execPath, [program, ...args], {
      cwd: workspace,
      env: { ...process.env, ...env },
      maxBuffer: 1 << 30,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const [{ image: base }] = JSON.parse(readFileSync(join(workspace, 'amigraph.lock'), 'utf8')).pins;
  const { actions } = JSON.parse(run(['build', '--all', '--dry-run', '--json']).toString());
  const { edges } = JSON.parse(run(['graph', '--json']).toString());
  const parents = new Map(edges.filter(({ kind }) => kind === 'extends').map(({ from, to }) => [to, from]));
  await served(workspace, async (clients) => {
    const { Instances } = await clients.ec2.send(
      new RunInstancesCommand({ ImageId: base, InstanceType: 'c6a.large', MinCount: 1, MaxCount: 1 }),
    );
    const images = {};
    const parameters = {};
    for (const { template, digest } of actions) {
      const buildId = `bench-${digest.slice(0, 12)}`;
      const tags = {
        Name: `amigraph ${template}`,
        ManagedBy: 'amigraph',
        TemplateName: template,
        TemplateHash: digest.slice(0, 16),
        TemplateDigest: digest,
        BaseTemplate: parents.get(template) ?? '',
        BaseAMI: base,
        Region: region,
        BuildDate: new Date().toISOString(),
        BuildId: buildId,
        Workspace: 'hpc',
      };
      const { ImageId } = await clients.ec2.send(
        new CreateImageCommand({
          InstanceId: Instances[0].InstanceId,
          Name: `amigraph/${template}/${buildId}`,
          TagSpecifications: ['image', 'snapshot'].map((ResourceType) => ({
            ResourceType,
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          })),
        }),
      );
      const builtAt = new Date().toISOString();
      images[digest] = { template, image: ImageId, buildId, token: 1, builtAt, durationMs: 1000 };
      parameters[`/amigraph/hpc/${template}/latest`] = { image: ImageId };
    }
    await clients.s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `amigraph/manifest/${region}.json`,
        Body: JSON.stringify({ version: 1, images, parameters }),
      }),
    );
  });
}

async function served(workspace, use) {
  const server = spawn(process.execPath, [program, 'sandbox', 'serve'], {
    cwd: workspace,
    // Without bubblewrap, there is no file system of an instance to be copied into each image.
    env: { ...process.env, ...env, PATH: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const { endpoint } = JSON.parse(line);
  const options = { endpoint, region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const clients = { ec2: new EC2Client(options), s3: new S3Client({ ...options, forcePathStyle: true }) };
  try {
    await use(clients);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
    server.kill();
    await once(server, 'exit');
  }
}
