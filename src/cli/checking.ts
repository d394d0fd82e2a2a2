/** The check-up, from questions to lines: what is asked for at the same time, in which order it is told, and for how long it is waited. It does not word the lines. */
import program from '../../package.json' with { type: 'json' };
import { localGit } from '../adapters/local/git.ts';
import { lookAtMachine } from '../adapters/local/machine.ts';
import { ownership } from '../cache/tags.ts';
import { findPin, scopeOf } from '../config/pins.ts';
import { baseKey } from '../core/base.ts';
import type { CloudFailure } from '../core/failure.ts';
import { type ImageId, imageId } from '../core/ids.ts';
import { officialImage, officialNames } from '../core/parallelcluster.ts';
import { ok, type Result } from '../core/result.ts';
import type { BaseImage } from '../core/template.ts';
import { tryWrites, type WriteTrial } from '../execute/write-trial.ts';
import type { Account } from '../ports/account.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import { type Check, notChecked } from '../report/check.ts';
import { isDenied } from '../core/failure.ts';
import * as ofBucket from '../report/check-bucket.ts';
import { callerCheck, regionCheck } from '../report/check-caller.ts';
import * as ofLaunch from '../report/check-launch.ts';
import { gitCheck, nodeCheck } from '../report/check-machine.ts';
import { groupsCheck, reachCheck, subnetCheck } from '../report/check-network.ts';
import { limitedBy } from './answer-limit.ts';
import type { Cloud, Workspace } from './context.ts';
import { readPins } from './lock-file.ts';
import type { Surroundings } from './surroundings.ts';

type Answer<Value> = Promise<Result<Value, CloudFailure>>;

export async function* checkMachine(around: Surroundings, { config }: Workspace): AsyncGenerator<Check> {
  const machine = await lookAtMachine(config.root, around.env);
  yield nodeCheck(machine.node, program.engines.node);
  const opened = await localGit(config.root, around.env).open();
  if (opened.ok) opened.value.close();
  yield gitCheck(machine.git, opened.ok ? undefined : opened.error, config.root);
}

export interface Asked {
  readonly around: Surroundings;
  readonly workspace: Workspace;
  readonly cloud: Cloud;
  readonly account: Account;
  /** None is set. */
  readonly lacksBucket: boolean;
  readonly interrupted: AbortSignal;
  /** Takes the trial of the bucket, which is to be waited for also when the rest is not. */
  readonly onTrial: (trial: Promise<WriteTrial>) => void;
}

export async function* checkCloud(asked: Asked): AsyncGenerator<Check> {
  const { around, workspace, account } = asked;
  const { config } = workspace;
  const within = limitedBy(around.clock);
  const caller = await within('sts:GetCallerIdentity', account.caller());
  yield callerCheck(caller);
  // Who may not ask STS may still be let build.
  if (!caller.ok && caller.error.nature === 'refused' && !isDenied(caller.error)) {
    for (const what of ['Region', 'bucket', 'launch', 'SSM'])
      yield notChecked(what, 'there are no good credentials');
    return;
  }
  yield regionCheck(config.region, await within('ec2:DescribeRegions', account.region()));
  if (asked.lacksBucket) yield ofBucket.noBucketCheck;
  else yield* checkBucket(asked);
  yield* checkBuilder(asked);
}

async function* checkBucket({
  around,
  workspace,
  cloud,
  account,
  interrupted,
  onTrial,
}: Asked): AsyncGenerator<Check> {
  const { bucket, prefix, region } = workspace.config;
  const within = limitedBy(around.clock);
  const there = await within('s3:ListBucket', account.bucketRegion());
  yield ofBucket.bucketCheck(bucket, region, there);
  if (!there.ok && there.error.awsCode === 'NoSuchBucket') return;
  const key = `${prefix}doctor/${around.random.hex(16)}`;
  const trial = tryWrites({ store: cloud.store, account }, key, interrupted);
  onTrial(trial);
  const tried = await within<WriteTrial>(
    's3:PutObject',
    trial.then((one) => ok(one)),
  );
  yield* ofBucket.writeTrialChecks(bucket, tried);
  const [versioned, policy, closed, encryption] = await Promise.all([
    within('s3:GetBucketVersioning', account.bucketVersioned()),
    within('s3:GetBucketPolicy', account.bucketPolicy()),
    within('s3:GetBucketPublicAccessBlock', account.bucketClosed()),
    within('s3:GetEncryptionConfiguration', account.bucketEncryption()),
  ]);
  yield ofBucket.versioningCheck(versioned);
  yield ofBucket.plainHttpCheck(bucket, policy);
  yield ofBucket.publicAccessCheck(closed);
  yield ofBucket.encryptionCheck(encryption);
}

async function* checkBuilder({ around, workspace, cloud, account }: Asked): AsyncGenerator<Check> {
  const { config } = workspace;
  const { architecture, spot, volumeGb, securityGroups, instanceProfile } = config.builder;
  const within = limitedBy(around.clock);
  const types = config.builder.instanceTypes[architecture];
  const views = types.map((type) => within('ec2:DescribeInstanceTypes', account.instanceType(type)));
  const quota = within('servicequotas:GetServiceQuota', account.threadQuota(spot));
  const commands = within('ssm:DescribeInstanceInformation', account.commands());
  const base = await within('the base image', baseImage(workspace, cloud.registry, around.clock.now()));
  yield ofLaunch.baseCheck(baseKey(config.base[architecture]), base);
  for (const [at, view] of views.entries())
    yield ofLaunch.typeCheck(types[at] ?? '', architecture, await view);
  // Where none is named, the default one.
  const subnets = config.builder.subnets.length === 0 ? [undefined] : config.builder.subnets;
  let vpc: string | undefined;
  for (const id of subnets) {
    const subnet = await within('ec2:DescribeSubnets', account.subnet(id));
    yield subnetCheck(id, subnet);
    yield reachCheck(subnet);
    if (subnet.ok) vpc ??= subnet.value?.vpc;
  }
  if (securityGroups.length === 0 && vpc === undefined)
    yield notChecked('security groups', 'none is set, and the subnet is not known');
  else {
    const groups = account.securityGroups(securityGroups, vpc);
    yield groupsCheck(securityGroups, vpc, await within('ec2:DescribeSecurityGroups', groups));
  }
  const image = base.ok ? base.value : undefined;
  const tags = { Name: 'amigraph doctor', [ownership.key]: ownership.value };
  const request = { spot, volumeGb, tags, deadManMinutes: 10 };
  let launch: Result<void, CloudFailure> | undefined;
  for (const place of trials(types, subnets)) {
    if (image === undefined || launch?.ok === false) break;
    const whole = { ...request, ...place, image, clientToken: around.random.hex(32) };
    launch = await within('ec2:RunInstances', account.tryLaunch(whole));
  }
  yield ofLaunch.launchCheck(launch);
  yield ofLaunch.profileCheck(instanceProfile, launch);
  yield ofLaunch.commandsCheck(await commands);
  const [type = ''] = types;
  const first = (await views[0]) ?? ok(undefined);
  yield ofLaunch.quotaCheck({ type, spot, concurrency: config.concurrency }, first, await quota);
}

/** Each type and each subnet once: what is wrong is wrong with one of them, not with a pair. */
function trials(
  types: readonly string[],
  subnets: readonly (string | undefined)[],
): { readonly instanceType: string; readonly subnet: string | null }[] {
  const count = Math.max(types.length, subnets.length);
  return Array.from({ length: count }, (_, at) => ({
    instanceType: types[at] ?? types[0] ?? '',
    subnet: subnets[at] ?? subnets[0] ?? null,
  }));
}

/** What the base of amifile.ts is: as it is pinned, or today. Undefined: AWS publishes no such image. */
async function baseImage(
  { config, files }: Workspace,
  registry: ImageRegistry,
  now: number,
): Answer<ImageId | undefined> {
  const base: BaseImage = config.base[config.builder.architecture];
  if ('ami' in base) return ok(imageId(base.ami));
  const pin = findPin(await readPins(files), scopeOf(config), baseKey(base));
  if (pin !== undefined) return ok(pin.image);
  if ('ssm' in base) return registry.resolveParameter(base.ssm);
  const published = await registry.findPublished(officialNames(base));
  return published.ok ? ok(officialImage(published.value, now)?.id) : published;
}
