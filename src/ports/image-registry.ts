/** Machine images and the parameters that name them: EC2 and SSM, as far as looking up goes. */
import type { CloudFailure } from '../core/failure.ts';
import type { ImageId } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import type { Result } from '../core/result.ts';

export interface NamedImage {
  readonly image: string;
  /** Rises with every write. */
  readonly version: number;
}

export interface ImageRegistry {
  /** Images of this account whose tag has one of the values, in any state. One call for many values, never one for each. */
  findByTag(tag: string, values: readonly string[]): Promise<Result<RegisteredImage[], CloudFailure>>;
  /** The images of these ids; one that no answer shows is left out. */
  describe(ids: readonly ImageId[]): Promise<Result<RegisteredImage[], CloudFailure>>;
  /** Any image that this account may use, its own or not; undefined where there is none in this Region. */
  find(id: ImageId): Promise<Result<RegisteredImage | undefined, CloudFailure>>;
  /** What Amazon publishes under names that match, with `*` for anything; deprecated ones too. */
  findPublished(names: string): Promise<Result<RegisteredImage[], CloudFailure>>;
  /** The image that a public SSM parameter names. */
  resolveParameter(name: string): Promise<Result<ImageId, CloudFailure>>;
  /** Has a parameter of ours name the image. EC2 looks at it afterwards, and what it does not take never comes to be: see `namedImages`. */
  nameImage(parameter: string, image: ImageId): Promise<Result<NamedImage, CloudFailure>>;
  /** What parameters of ours say, by their names; one that is not there is left out. */
  namedImages(parameters: readonly string[]): Promise<Result<Map<string, NamedImage>, CloudFailure>>;
  /** Removes the image and its snapshots. An image that is gone already is no failure. */
  remove(image: ImageId): Promise<Result<void, CloudFailure>>;
}
