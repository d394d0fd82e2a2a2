/** The shapes of what the sandbox remembers, as stored. It does not know the wire, nor what the clock makes of the times. */

/** All times are milliseconds since the epoch, already divided by the speed that held when the thing was made. */
export type Time = number;
export type Tags = Readonly<Record<string, string>>;
export type Architecture = 'x86_64' | 'arm64';

/** An end of an instance that has been asked for or that will come by itself. */
export interface PlannedEnd {
  readonly at: Time;
  readonly doneAt: Time;
  readonly goneAt: Time;
  readonly code: string;
  readonly message: string;
  /** A timer inside the operating system stops counting when the instance is stopped. */
  readonly byItself: boolean;
}

export interface InstanceRecord {
  readonly id: string;
  readonly image: string;
  readonly type: string;
  readonly architecture: Architecture;
  readonly tags: Tags;
  readonly clientToken?: string;
  readonly reservation: string;
  readonly launchIndex: number;
  readonly launchedAt: Time;
  readonly visibleAt: Time;
  readonly runningAt: Time;
  readonly onlineAt: Time;
  readonly stop?: { readonly at: Time; readonly doneAt: Time };
  readonly ends: readonly PlannedEnd[];
  readonly agentLostAt?: Time;
  readonly spot: boolean;
  readonly zone: string;
  readonly subnet: string;
  readonly securityGroups: readonly string[];
  readonly address: string;
  readonly profile?: string;
  readonly volume: string;
  /** Of the root volume; where it is missing, {@link usualRootDevice}. */
  readonly rootDevice?: string;
  readonly volumeSizeGb: number;
  readonly volumeType: string;
  readonly encrypted: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a client token was used for, kept after the instance is gone. */
export interface TokenRecord {
  readonly parameters: string;
  readonly instances: readonly string[];
}

/** What Amazon Linux calls it; Ubuntu and Red Hat say `/dev/sda1`. */
export const usualRootDevice = '/dev/xvda';

export interface ImageRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly ownerAlias?: string;
  readonly public: boolean;
  readonly architecture: Architecture;
  readonly createdAt: Time;
  readonly visibleAt: Time;
  readonly settledAt: Time;
  readonly outcome: 'available' | 'failed' | 'error';
  readonly reason?: { readonly code: string; readonly message: string };
  readonly disabled: boolean;
  readonly deprecatedAt?: Time;
  readonly deregisteredAt?: Time;
  readonly forgottenAt?: Time;
  readonly sourceInstance?: string;
  readonly sourceImage?: string;
  readonly snapshot: string;
  /** Of the root volume; where it is missing, {@link usualRootDevice}. */
  readonly rootDevice?: string;
  readonly volumeSizeGb: number;
  readonly volumeType: string;
  readonly encrypted: boolean;
  readonly tags: Tags;
}

export interface SnapshotRecord {
  readonly id: string;
  readonly volume: string;
  readonly sizeGb: number;
  readonly startedAt: Time;
  readonly doneAt: Time;
  readonly failed: boolean;
  readonly description: string;
  readonly encrypted: boolean;
  readonly tags: Tags;
}

export interface CommandRecord {
  readonly id: string;
  readonly comment: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly instances: readonly string[];
  readonly requestedAt: Time;
  readonly deliverBy: Time;
  readonly deliverySeconds: number;
  readonly visibleAt: Time;
  readonly outputBucket?: string;
  readonly outputPrefix?: string;
}

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type InvocationStatus =
  'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled' | 'Cancelling';

export interface Ending extends Outcome {
  readonly at: Time;
  readonly status: InvocationStatus;
  readonly details: string;
}

/** One command on one instance. */
export interface InvocationRecord {
  readonly command: string;
  readonly instance: string;
  readonly startAt: Time;
  /** When the simulation is done with it; absent: never. */
  readonly endAt?: Time;
  readonly deadline: Time;
  /** How the simulation ends; absent: the confined run says. */
  readonly outcome?: Outcome;
  readonly cancel?: { readonly at: Time; readonly doneAt: Time };
  /** Set once, when it is over. */
  readonly ended?: Ending;
}

export interface ParameterRecord {
  readonly name: string;
  readonly value: string;
  readonly version: number;
  readonly type: string;
  readonly dataType: string;
  readonly modifiedAt: Time;
  /** An image reference is checked some time after it was accepted; until then the value before it holds. */
  readonly checkedAt?: Time;
  readonly before?: ParameterRecord;
}

export interface BucketRecord {
  readonly name: string;
  readonly region: string;
  readonly createdAt: Time;
  /** What was put as a sub-resource (`versioning`, `policy`), returned as it came. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface ObjectRecord {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: Time;
  /** Content type, encoding and the like, and `x-amz-meta-*`. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface UploadRecord {
  readonly bucket: string;
  readonly key: string;
  readonly startedAt: Time;
  readonly headers: Readonly<Record<string, string>>;
}

/** Something to be done with the confinement once the change that wants it is committed. */
export type ConfinedEffect =
  | { readonly kind: 'prepare'; readonly instance: string; readonly image: string }
  | {
      readonly kind: 'start';
      readonly region: string;
      readonly command: string;
      readonly instance: string;
      readonly lines: readonly string[];
      readonly timeoutSeconds: number;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'cancel'; readonly command: string; readonly instance: string }
  | { readonly kind: 'capture'; readonly region: string; readonly instance: string; readonly image: string }
  | { readonly kind: 'remove-instance'; readonly instance: string }
  | { readonly kind: 'remove-image'; readonly image: string };
