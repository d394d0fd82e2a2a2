/** A machine image as the registry shows it. It does not know what makes one a hit. */
import type { Architecture } from './template.ts';
import type { ImageId } from './ids.ts';

/** EC2's own states, and `unseen` for an image that was made but that no answer shows yet. */
export const imageStates = [
  'pending',
  'available',
  'invalid',
  'deregistered',
  'transient',
  'failed',
  'error',
  'disabled',
  'unseen',
] as const;
export type ImageState = (typeof imageStates)[number];

export interface RegisteredImage {
  readonly id: ImageId;
  readonly name: string;
  readonly state: ImageState;
  readonly architecture: Architecture | undefined;
  /** ISO 8601, as the registry says. */
  readonly createdAt: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly snapshots: readonly string[];
  /** GiB of its volumes together; what their snapshots take is less. */
  readonly sizeGb?: number | undefined;
  /** ISO 8601: from then on its owner advises against it. */
  readonly deprecatedAt?: string | undefined;
  /** Why it is in this state, where the registry says so. */
  readonly stateReason: string | undefined;
}

/** It never comes to be an image, and EC2 keeps it until somebody removes it. */
export const isUseless = (state: string): boolean => ['failed', 'error', 'invalid'].includes(state);

/** Whether it is on its way to become available, so that waiting makes sense. */
export const isBeingMade = (state: ImageState): boolean => state === 'pending' || state === 'transient';
