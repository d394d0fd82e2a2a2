/** What happens in a run, in the order in which it happens. It does not know who listens. */
import type { CloudFailure, Failure, Refused } from './failure.ts';
import type { BuildId, Digest, ImageId, InstanceId, TemplateName } from './ids.ts';
import type { ImageState } from './image.ts';
import type { Action, LaunchPlace } from './plan.ts';

export type ImageResult = 'built' | 'reused' | 'failed' | 'skipped';

/** Why an image is not there at the end of a run. */
export type Trouble =
  | Failure
  | { readonly code: 'ancestor-failed'; readonly template: TemplateName }
  /** `template` failed, and the run was to end with the first failure. */
  | { readonly code: 'bailed'; readonly template: TemplateName }
  | { readonly code: 'not-started' }
  /** It is not there, and the cache may only be read. */
  | { readonly code: 'read-only' };

/** What is not as it should be, and does not stop the run. */
export type Warning =
  | { readonly code: 'interrupted' }
  /** The lease may be another's by now, and with it the instance. */
  | { readonly code: 'instance-left'; readonly region: string; readonly instance: InstanceId }
  /** `cause`: null where EC2 took it, and the instance did not end all the same. */
  | {
      readonly code: 'instance-not-ended';
      readonly region: string;
      readonly instance: InstanceId;
      readonly cause: CloudFailure | null;
    }
  /** Its step failed, and the user wants to look at it. */
  | {
      readonly code: 'instance-kept';
      readonly region: string;
      readonly instance: InstanceId;
      readonly buildId: BuildId;
    }
  | {
      readonly code: 'instance-not-kept';
      readonly region: string;
      readonly instance: InstanceId;
      readonly cause: Failure;
    }
  /** It cannot be kept, so that nothing may be touched. */
  | { readonly code: 'lease-paused'; readonly template: TemplateName; readonly cause: CloudFailure }
  /** There is no room in one place; null: nor in the others, and all are asked again. */
  | {
      readonly code: 'no-capacity';
      readonly template: TemplateName;
      readonly refused: Refused;
      readonly next: LaunchPlace | null;
    }
  /** AWS took it away, and the build begins anew on another one. */
  | {
      readonly code: 'instance-lost';
      readonly template: TemplateName;
      readonly instance: InstanceId;
      readonly why: string;
      readonly next: LaunchPlace;
    }
  /** The parameter that other stacks follow does not name it. */
  | {
      readonly code: 'latest-not-named';
      readonly parameter: string;
      readonly image: ImageId;
      readonly cause: Failure;
    }
  /** Whether there is an instance of this build is not known. */
  | { readonly code: 'launch-unknown'; readonly region: string; readonly buildId: BuildId }
  /** SSM keeps the scripts that it is sent. */
  | { readonly code: 'credential'; readonly what: string; readonly file: string; readonly line: number }
  /** It is removed, and another one is made of the same instance. */
  | {
      readonly code: 'image-failed';
      readonly template: TemplateName;
      readonly image: ImageId;
      readonly state: string;
      readonly why: string;
    }
  /** Its inputs changed while it was being made, so that its digest is wrong. */
  | { readonly code: 'image-left'; readonly region: string; readonly image: ImageId }
  | {
      readonly code: 'image-unusable';
      readonly region: string;
      readonly image: ImageId;
      readonly state: ImageState;
      readonly why?: string;
    }
  /** Its digest says one thing and its tags another. */
  | {
      readonly code: 'image-other-parent';
      readonly image: ImageId;
      readonly expected: string;
      readonly found: string;
    }
  /** It has the hash of a wanted digest, and not the tag that says that it is ours. */
  | { readonly code: 'image-not-ours'; readonly image: ImageId }
  /** The manifest does not have them. `trusted`: they are reused all the same. */
  | {
      readonly code: 'images-unlisted';
      readonly region: string;
      readonly images: readonly ImageId[];
      readonly trusted: boolean;
    }
  /** They have no image, and all that stands on them is there. */
  | { readonly code: 'not-needed'; readonly templates: readonly TemplateName[] }
  /** Its lease is held; one look cannot tell whether the holder lives. */
  | {
      readonly code: 'under-way';
      readonly template: TemplateName;
      readonly holder: string;
      readonly since: string;
    }
  /** They are, or may be, wanted too; the errors have been told. */
  | { readonly code: 'templates-unusable'; readonly templates: readonly TemplateName[] }
  /** `children` stand on the image of `template` that was there before. */
  | {
      readonly code: 'children-kept';
      readonly template: TemplateName;
      readonly children: readonly TemplateName[];
    }
  /** They are not whole, and nothing that they say is trusted. */
  | { readonly code: 'image-tags'; readonly image: ImageId }
  /** Templates cannot be used, so that nobody knows their digests. */
  | { readonly code: 'stale-unknown'; readonly why: string }
  /** The bucket does not answer; the tags do. */
  | { readonly code: 'manifest-unread'; readonly object: string; readonly cause: CloudFailure }
  | {
      readonly code: 'manifest-broken';
      readonly region: string;
      readonly object: string;
      readonly problem: string;
    }
  /** It was lost since the run began, and has again what the run had seen in it. `setAside`: where what could not be read lies. */
  | {
      readonly code: 'manifest-restored';
      readonly region: string;
      readonly object: string;
      readonly setAside: string | null;
    }
  | {
      readonly code: 'manifest-not-written';
      readonly region: string;
      readonly image: ImageId;
      readonly cause: CloudFailure;
    }
  /** What the image is made of, for explanations of later runs. */
  | { readonly code: 'fingerprint-not-kept'; readonly image: ImageId; readonly cause: Failure };

export type Event =
  | {
      readonly type: 'run-started';
      readonly workspace: string;
      readonly provider: string;
      readonly region: string;
      /** The URL that AWS is called at where that is another one than AWS's own. */
      readonly endpoint?: string;
      readonly confined?: boolean;
    }
  | { readonly type: 'plan'; readonly actions: readonly Action[] }
  | {
      readonly type: 'image-started';
      readonly template: TemplateName;
      readonly digest: Digest;
      readonly buildId: BuildId;
      readonly steps: number;
      readonly expectedMs: number | null;
    }
  | ({ readonly type: 'step-started' } & StepPosition)
  | ({
      readonly type: 'step-finished';
      readonly result: 'done' | 'failed';
      readonly durationMs: number;
    } & StepPosition)
  | {
      readonly type: 'image-finished';
      readonly template: TemplateName;
      readonly digest: Digest;
      readonly result: ImageResult;
      readonly image: ImageId | null;
      readonly durationMs: number;
      readonly trouble?: Trouble;
    }
  | {
      readonly type: 'lease-waiting';
      readonly template: TemplateName;
      readonly digest: Digest;
      readonly holder: string;
      readonly since: string;
      /** What it is at. */
      readonly step: string | null;
    }
  | {
      readonly type: 'lease-taken';
      readonly template: TemplateName;
      readonly digest: Digest;
      readonly token: number;
      /** The holder that died. */
      readonly from: string | null;
      /** To go on with that build, or to end what it left. */
      readonly purpose: 'build' | 'clean-up';
    }
  | { readonly type: 'retry'; readonly operation: string; readonly attempt: number; readonly awsCode: string }
  | ({ readonly type: 'warning' } & Warning)
  | {
      readonly type: 'run-finished';
      readonly built: readonly TemplateName[];
      readonly reused: readonly TemplateName[];
      readonly failed: readonly TemplateName[];
      readonly skipped: readonly TemplateName[];
      readonly durationMs: number;
    };

interface StepPosition {
  readonly template: TemplateName;
  readonly step: string;
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

export type Emit = (event: Event) => void;
