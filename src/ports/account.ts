/** What AWS says of the caller and of what a build needs there. Every question stands alone, and changes nothing. */
import type { CloudFailure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import type { LaunchRequest } from './builder.ts';

type Answer<Value> = Promise<Result<Value, CloudFailure>>;

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

export interface SubnetView {
  readonly id: string;
  readonly vpc: string;
  readonly zone: string;
  readonly freeAddresses: number;
  /** Where what is meant for anywhere goes from here. */
  readonly wayOut: 'internet-gateway' | 'nat-gateway' | 'elsewhere' | 'none';
  readonly publicAddresses: boolean;
  /** Services that the VPC has an endpoint of: `ssm`, `s3`. */
  readonly endpoints: readonly string[];
}

export interface SecurityGroupView {
  readonly id: string;
  readonly vpc: string;
  /** Whom it lets in but its own members: `tcp 22 from 0.0.0.0/0`. */
  readonly inbound: readonly string[];
  /** Whether it lets anything out to port 443. */
  readonly httpsOut: boolean;
}

export interface InstanceTypeView {
  readonly threads: number;
  readonly architectures: readonly string[];
}

export interface Account {
  caller(): Answer<Caller>;
  /** `absent`: there is no such Region. */
  region(): Answer<'enabled' | 'disabled' | 'absent'>;
  /** The Region of the bucket. */
  bucketRegion(): Answer<string>;
  bucketVersioned(): Answer<boolean>;
  /** Its policy as JSON; undefined: it has none. */
  bucketPolicy(): Answer<string | undefined>;
  /** Whether all four settings are on. */
  bucketClosed(): Answer<boolean>;
  /** How it encrypts what is not encrypted by who writes it: `AES256`, `aws:kms`. */
  bucketEncryption(): Answer<string>;
  /** With `etag`, only what has this one: `kept` where that was heeded. */
  removeObject(key: string, etag?: string): Answer<'removed' | 'kept'>;
  /** Undefined: the default subnet, of which there is none. */
  subnet(id: string | undefined): Answer<SubnetView | undefined>;
  /** Those of `ids`; none given: the default one of the VPC. */
  securityGroups(ids: readonly string[], vpc: string | undefined): Answer<SecurityGroupView[]>;
  instanceType(type: string): Answer<InstanceTypeView | undefined>;
  /** Whether the launch would be accepted. Nothing is launched. */
  tryLaunch(request: LaunchRequest): Answer<void>;
  /** Whether SSM answers. */
  commands(): Answer<void>;
  /** How many threads may run at a time, on demand or Spot, in the families of everyday use. */
  threadQuota(spot: boolean): Answer<number>;
}
