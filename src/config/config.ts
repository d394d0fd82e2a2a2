/** The configuration with nothing left open. It does not know which of its values were defaults. */
import type { Architecture, BaseImage } from '../core/template.ts';
import type { CacheOptions, Provider, StepScripts, StepScriptWithInputs } from './written-config.ts';

export interface Config {
  /** Absolute path of the folder that holds amifile.ts. */
  readonly root: string;
  readonly workspace: string;
  readonly templates: string;
  readonly maxDepth: number;
  readonly provider: Provider;
  readonly region: string;
  /** Of the AWS configuration files; undefined: the environment says. */
  readonly profile: string | undefined;
  readonly bucket: string;
  readonly prefix: string;
  readonly base: Readonly<Record<Architecture, BaseImage>>;
  readonly builder: {
    /** In the order in which they are tried. */
    readonly instanceTypes: Readonly<Record<Architecture, readonly string[]>>;
    readonly architecture: Architecture;
    readonly spot: boolean;
    readonly timeoutSeconds: number;
    readonly volumeGb: number;
    /** The same; empty: the default VPC's. */
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
    readonly instanceProfile: string | undefined;
    /** Of the volumes; undefined: the account's own key for EBS. */
    readonly kmsKey: string | undefined;
  };
  readonly steps: Readonly<Record<keyof StepScripts, Required<StepScriptWithInputs>>>;
  readonly concurrency: number;
  readonly cache: Required<CacheOptions>;
  /** Between which ends `affected` compares; undefined: nobody has said. */
  readonly affected: { readonly base: string | undefined; readonly head: string | undefined };
  readonly sandbox: {
    /** Absolute. */
    readonly folder: string;
    /** Infinity: no time passes. */
    readonly speed: number;
    /** Absolute path of the rules. */
    readonly faults: string | undefined;
  };
  /**
   * Where the AWS clients send their requests instead of to AWS, and whether that is this machine:
   * then it is a sandbox, and the builder waits at the sandbox's pace.
   */
  readonly endpoint: { readonly url: string; readonly local: boolean } | undefined;
  /** Of single services, which win over that. */
  readonly endpoints: { readonly [service in 'ec2' | 's3' | 'ssm']?: string };
}

/** By what the builder's own waits are divided: what a sandbox speeds up need not be waited for as on AWS. */
export function paceOf(config: Config): number {
  return config.provider === 'sandbox' || config.endpoint?.local === true ? config.sandbox.speed : 1;
}
