/** What a user writes in amifile.ts. It does not know the defaults' effects, nor the environment. */
import type { Architecture, WrittenBase } from '../core/template.ts';

export interface WrittenConfig {
  /** Names this collection of templates in tags and in the bucket. Default: the name of amifile.ts's folder. */
  readonly workspace?: string;
  /** Where the templates are. A name is a path below the pattern's fixed part. Default: `templates/**\/*.yaml`. */
  readonly templates?: string;
  /** How many `extends` may follow each other. Default: 5. */
  readonly maxDepth?: number;
  /** `sandbox` needs no account; `aws` is the real thing. Default: `sandbox`. */
  readonly provider?: Provider;
  /** AWS Region. Default: AWS_REGION, then with provider `aws` the profile's, then `us-west-2`. */
  readonly region?: string;
  /** Profile of the AWS configuration files. What the environment says of credentials wins over it. Default: none. */
  readonly profile?: string;
  /** S3 bucket for the manifest, the leases and the logs. It must exist, but in the sandbox. */
  readonly bucket?: string;
  /** What every object key begins with. Default: `amigraph/`. */
  readonly prefix?: string;
  /** What templates without `extends` stand on: an SSM parameter that names an AMI, an official AMI of ParallelCluster, or an AMI. Default: Amazon Linux 2023 of the template's architecture. */
  readonly base?: WrittenBase;
  /** The build instance. */
  readonly builder?: BuilderOptions;
  /** Scripts that run on the build instance. Default: those in `scripts/`. */
  readonly steps?: StepScripts;
  /** How many images are built at the same time. Default: 10. */
  readonly concurrency?: number;
  /** Which images are good enough to be reused. */
  readonly cache?: CacheOptions;
  /** What `affected` and `build --affected` compare with. */
  readonly affected?: AffectedOptions;
  /** The AWS of our own, for machines with no account. */
  readonly sandbox?: SandboxSettings;
}

export interface CacheOptions {
  /** `tags`: an image that its tags say is ours. `manifest`: the manifest must have it too, so that whoever may tag images but not write to the bucket can add nothing. Default: `tags`. */
  readonly trust?: 'tags' | 'manifest';
}

export interface AffectedOptions {
  /** A branch, tag or commit of git, as `main` or `origin/main`. Default: AMIGRAPH_BASE. */
  readonly base?: string;
}

export type Provider = 'sandbox' | 'aws';

/** Defaults for what a template's `build` may say, and what only the account knows. */
export interface BuilderOptions {
  /** For templates of `architecture`; others have their own. Of a list, the first that can be had. Default: `c6a.4xlarge`, or `c7g.4xlarge` for arm64. */
  readonly instanceType?: string | readonly string[];
  /** Architecture of templates that name none. Default: `x86_64`. */
  readonly architecture?: Architecture;
  /** Use Spot capacity, and on-demand where there is none. Default: false. */
  readonly spot?: boolean;
  /** Longest time for one image, as `90m` or `3h`. Default: `4h`. */
  readonly timeout?: string;
  /** Root volume in GiB; it becomes the size of the image. Default: 100. */
  readonly volumeSizeGb?: number;
  /** Subnet of the build instance; of a list, the first that has room for one. Default: the default VPC's. */
  readonly subnet?: string | readonly string[];
  /** Security groups of the build instance; it needs no inbound rule. Default: the VPC's own. */
  readonly securityGroups?: readonly string[];
  /** Name of the instance profile; its role needs AmazonSSMManagedInstanceCore. Without one, SSM reaches the instance only where the account manages all hosts. */
  readonly instanceProfile?: string;
  /** KMS key of the volumes, and so of the image: its id, its ARN or `alias/...`. Default: the account's own key for EBS. */
  readonly kmsKey?: string;
}

/** A script by its path relative to the workspace, run under `bash -euo pipefail`; or that with the files that it depends on. */
export type StepScript = string | StepScriptWithInputs;

export interface StepScriptWithInputs {
  readonly script: string;
  /** Patterns of files, relative to the workspace: the digest of each image whose build runs the step covers them. */
  readonly inputs?: readonly string[];
}

export interface StepScripts {
  /** First, in every build. Default: `scripts/bootstrap.sh`. */
  readonly bootstrap?: StepScript;
  /** Once for each package, with the Spack spec as its argument. Default: `scripts/install-package.sh`. */
  readonly package?: StepScript;
  /** With `name:uid:gid` for each user. Default: `scripts/create-users.sh`. */
  readonly users?: StepScript;
  /** With `bucket:/mount/point[:ro]` for each mount. Default: `scripts/mount-data.sh`. */
  readonly mounts?: StepScript;
  /** Once for each test, with the command line as its argument. Default: `scripts/run-tests.sh`. */
  readonly tests?: StepScript;
  /** Last, before the image is made. Default: `scripts/clean-up.sh`. */
  readonly cleanUp?: StepScript;
}

export interface SandboxSettings {
  /** Where it keeps its state, relative to the workspace. Default: `.amigraph/sandbox`. */
  readonly folder?: string;
  /** By what the durations of the real thing are divided; `instant`: no time passes. Default: 400. */
  readonly speed?: number | 'instant';
  /** A JSON file of rules for what shall go wrong, relative to the workspace. */
  readonly faults?: string;
}

/** Gives the written configuration its type; it changes nothing. */
export function defineConfig(config: WrittenConfig): WrittenConfig {
  return config;
}
