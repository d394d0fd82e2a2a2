/** What a run will do, as plain data. It does not know how it was decided nor how it is carried out. */
import type { Change } from './change.ts';
import type { Digest, ImageId, TemplateName } from './ids.ts';
import type { ImageState } from './image.ts';
import type { Recipe } from './recipe.ts';

/** Explains an action; never decides one. */
export type Reason =
  | { readonly kind: 'hit'; readonly image: ImageId; readonly createdAt: string; readonly buildId: string }
  | { readonly kind: 'no-image' }
  /** An image of the template has another digest; this is what changed since. */
  | {
      readonly kind: 'changed';
      readonly image: ImageId;
      readonly createdAt: string;
      readonly changes: readonly Change[];
    }
  /** The manifest remembers an image with this digest, and it is there no more. */
  | { readonly kind: 'image-gone'; readonly image: ImageId; readonly builtAt: string }
  | {
      readonly kind: 'image-unusable';
      readonly image: ImageId;
      readonly state: ImageState;
      /** In the registry's words, where it has some. */
      readonly why?: string;
    }
  | {
      readonly kind: 'other-parent';
      readonly image: ImageId;
      readonly expected: string;
      readonly found: string;
    }
  /** The manifest does not have the image, and `cache.trust` wants it there. */
  | { readonly kind: 'image-unlisted'; readonly image: ImageId }
  /** It was asked for; `image` would have been reused. */
  | { readonly kind: 'rebuild'; readonly image: ImageId }
  | { readonly kind: 'image-pending'; readonly image: ImageId }
  | { readonly kind: 'same-digest'; readonly template: TemplateName };

export type ActionKind = Action['action'];

export type Action = Reuse | Work;

interface CommonAction {
  readonly template: TemplateName;
  readonly digest: Digest;
  readonly reason: Reason;
  /** The template whose image this one stands on; null: a base image. */
  readonly parent: TemplateName | null;
  /** Templates of this plan whose images must be there before this action starts. */
  readonly needs: readonly TemplateName[];
  /** How long the build took when it was last done; null: never seen. */
  readonly expectedMs: number | null;
}

/** The image exists. */
export interface Reuse extends CommonAction {
  readonly action: 'reuse';
  readonly image: ImageId;
}

/** `build`: make the image. `wait`: it is being made, by another run or under another template's name; should nothing come of that, make it. */
export interface Work extends CommonAction {
  readonly action: 'build' | 'wait';
  readonly image: ImageId | null;
  readonly recipe: Recipe;
  /** The other templates that it stands on, with their digests. */
  readonly dependsOn: readonly (readonly [TemplateName, Digest])[];
  /** It is to be built anew: these images, that have the digest, will not do, nor what a run that died has made. Null: any will. */
  readonly replaces: readonly ImageId[] | null;
  /** The template whose image this one shares, since their digests are equal; null: none. */
  readonly sameAs: TemplateName | null;
  readonly settings: LaunchSettings;
  /** The patterns that found the recipe's inputs; more may match by the time that the image is made. */
  readonly inputPatterns: readonly string[];
}

/** How to build: nothing in here can change the image. */
export interface LaunchSettings {
  /** In the order in which they are tried. */
  readonly instanceTypes: readonly string[];
  /** The same; empty: the default VPC's. */
  readonly subnets: readonly string[];
  /** Where Spot has no capacity, on-demand follows. */
  readonly spot: boolean;
  readonly timeoutSeconds: number;
}

/** Where an instance is launched. */
export interface LaunchPlace {
  readonly instanceType: string;
  readonly spot: boolean;
  /** Null: one of the default VPC. */
  readonly subnet: string | null;
}

/** In topological order: what an action needs stands before it. */
export interface Plan {
  readonly actions: readonly Action[];
}
