/** Everything that can change an image, and nothing else. It does not know how any of it came to be. */
import type { Digest, ImageId } from './ids.ts';
import type { Architecture, Mount, User } from './template.ts';

/** A script travels in one SSM command, whose parameters have a limit; this leaves room for the lines around it. */
export const maxScriptBytes = 48 * 1024;

export interface Step {
  /** Shown to people, unique within the recipe: `package gcc@13.2.0`. */
  readonly name: string;
  /** Workspace path of the script. */
  readonly script: string;
  readonly arguments: readonly string[];
}

/** A value that a build's scripts have and nobody may read: it is fetched on the machine that they run on. */
export interface Secret {
  /** The environment variable that holds it. */
  readonly name: string;
  /** The SSM parameter that it is kept in. */
  readonly parameter: string;
}

export interface InputFile {
  /** Workspace path. */
  readonly path: string;
  readonly digest: Digest;
  readonly executable: boolean;
}

type Origin =
  { readonly kind: 'parent'; readonly digest: Digest } | { readonly kind: 'base'; readonly image: ImageId };

export interface Recipe {
  readonly origin: Origin;
  /** Digests of the other templates that must exist first. */
  readonly dependsOn: readonly Digest[];
  readonly architecture: Architecture;
  /** GiB of the root volume, which is the size of the image's snapshot. */
  readonly volumeGb: number;
  readonly packages: readonly string[];
  readonly users: readonly User[];
  readonly mounts: readonly Mount[];
  readonly tests: readonly string[];
  readonly steps: readonly (Step & { readonly scriptDigest: Digest })[];
  readonly inputs: readonly InputFile[];
  /** The values are no part of it: a new one makes no other image. */
  readonly secrets: readonly Secret[];
}
