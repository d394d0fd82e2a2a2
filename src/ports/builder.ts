/** The machine on which an image is built: EC2 instances and SSM commands. Every look is a batch. */
import type { CloudFailure } from '../core/failure.ts';
import type { CommandId, ImageId, InstanceId } from '../core/ids.ts';
import type { Result } from '../core/result.ts';

export interface LaunchRequest {
  /** At most 64 ASCII characters; the same token gives the same instance. */
  readonly clientToken: string;
  readonly image: ImageId;
  readonly instanceType: string;
  readonly spot: boolean;
  /** Null: one of the default VPC. */
  readonly subnet: string | null;
  readonly volumeGb: number;
  readonly tags: Readonly<Record<string, string>>;
  /** The instance ends itself after so many minutes, whatever becomes of us. */
  readonly deadManMinutes: number;
}

/** `unseen`: launched, but no answer shows it yet. */
type InstanceState =
  'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated' | 'unseen';

export interface InstanceView {
  readonly state: InstanceState;
  /** EC2's code for why it is in this state: `Server.SpotInstanceTermination`, `Client.UserInitiatedShutdown`; empty where it says nothing. */
  readonly reason: string;
  /** The same in words. */
  readonly why: string;
}

export type CommandState = 'waiting' | 'running' | 'done' | 'failed' | 'unseen';

export interface CommandResult {
  readonly exitCode: number;
  /** SSM's StatusDetails: `Success`, `Failed`, `ExecutionTimedOut`. */
  readonly status: string;
  /** The beginning of the output, as much as SSM keeps. */
  readonly output: string;
  /** Object key of all that was printed, where it was kept. */
  readonly logKeys: readonly string[];
}

interface CommandRequest {
  readonly instance: InstanceId;
  /** Finds the command again after a crash: at most 100 characters, unique for each step of a build. */
  readonly comment: string;
  readonly lines: readonly string[];
  readonly timeoutSeconds: number;
  /** Object key prefix for the whole output. */
  readonly logPrefix: string;
}

export interface ImageRequest {
  readonly instance: InstanceId;
  /** Unique for a build, so that a repeat finds the image of the first attempt. */
  readonly name: string;
  readonly description: string;
  /** For the image and its snapshots. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface TaggedInstance {
  readonly id: InstanceId;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Builder {
  /** One attempt: where the answer is lost, the same request again gives the same instance. */
  launch(request: LaunchRequest): Promise<Result<InstanceId, CloudFailure>>;
  /** Instances that carry the tag and are not terminated; for finding one whose launch was never answered. */
  instancesTagged(tag: string, value: string): Promise<Result<TaggedInstance[], CloudFailure>>;
  instances(ids: readonly InstanceId[]): Promise<Result<Map<InstanceId, InstanceView>, CloudFailure>>;
  /** Those of the instances whose SSM agent takes commands. */
  online(ids: readonly InstanceId[]): Promise<Result<Set<InstanceId>, CloudFailure>>;
  /** One attempt: whether a lost answer took effect is found out with `findCommand`. */
  send(request: CommandRequest): Promise<Result<CommandId, CloudFailure>>;
  findCommand(instance: InstanceId, comment: string): Promise<Result<CommandId | undefined, CloudFailure>>;
  commands(ids: readonly CommandId[]): Promise<Result<Map<CommandId, CommandState>, CloudFailure>>;
  commandResult(instance: InstanceId, command: CommandId): Promise<Result<CommandResult, CloudFailure>>;
  cancel(command: CommandId): Promise<Result<void, CloudFailure>>;
  /** Adds the tags to those that it has. */
  tag(instance: InstanceId, tags: Readonly<Record<string, string>>): Promise<Result<void, CloudFailure>>;
  stop(instance: InstanceId): Promise<Result<void, CloudFailure>>;
  terminate(instance: InstanceId): Promise<Result<void, CloudFailure>>;
  /** Makes the image, or finds the one of that name that an earlier attempt made. */
  createImage(request: ImageRequest): Promise<Result<ImageId, CloudFailure>>;
}
