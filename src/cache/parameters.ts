/** What SSM parameters of ours say, as the manifest remembers it, so that not every run has to ask. It does not know how they are written. */
import { isDeepStrictEqual } from 'node:util';
import type { CloudFailure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import { imageIn, imagesIn, type Manifest, type Parameters } from './manifest.ts';
import { changeManifest, type ManifestAccess } from './manifest-store.ts';

/**
 * A parameter is doubted before it is written, and settled once it is known what it says: a run that dies in between leaves
 * the doubt, and the next one asks. Nobody settles what another doubts: it may be about to write it. What the manifest cannot
 * be told costs a question or, at worst, is as it would be without a memory.
 */
export class KnownParameters {
  readonly #access: ManifestAccess;
  readonly #listed: Parameters;
  readonly #run: string;
  readonly #said = new Map<string, string>();

  /** `listed`: what the manifest had. `run`: what sets this run apart from others. */
  constructor(access: ManifestAccess, listed: Parameters, run: string) {
    this.#access = access;
    this.#listed = listed;
    this.#run = run;
  }

  /** An image's id; null: it has to be asked; undefined: nothing was ever known of it. */
  imageOf(parameter: string): string | null | undefined {
    const known = this.#listed[parameter];
    return known === undefined ? undefined : imageIn(known);
  }

  /** These are about to be written, or asked for although another run doubts them. By the image that each may name afterwards. */
  async doubt(parameters: ReadonlyMap<string, string>): Promise<void> {
    if (parameters.size === 0) return;
    await this.#change((known) => {
      for (const [parameter, image] of parameters) {
        const now = known.get(parameter);
        const was = [...new Set([...imagesIn(now), image])];
        if (!this.#isMine(now) || was.length > imagesIn(now).length)
          known.set(parameter, { image: null, by: this.#run, was });
      }
    });
  }

  /** It has been read, or EC2 has taken it. */
  says(parameter: string, image: string): void {
    this.#said.set(parameter, image);
  }

  /** Remembers all that was said, but for what others have doubted or settled meanwhile: that has to be asked for. */
  async settle(): Promise<void> {
    if (this.#said.size === 0) return;
    await this.#change((known) => {
      for (const [parameter, image] of this.#said) {
        const now = known.get(parameter);
        const listed = this.#listed[parameter];
        // As it was when it was read, and nobody was about to write it.
        const isUntouched = isDeepStrictEqual(now, listed) && (now === undefined || imageIn(now) !== null);
        if (now === undefined || isUntouched || this.#isMine(now)) known.set(parameter, { image });
        else if (!isDeepStrictEqual(now, { image }))
          known.set(parameter, { image: null, by: this.#run, was: [...new Set([...imagesIn(now), image])] });
      }
    });
  }

  #isMine(known: unknown): boolean {
    return typeof known === 'object' && known !== null && 'by' in known && known.by === this.#run;
  }

  /** Where there is no manifest none is made: it would lack all images. */
  async #change(change: (known: Map<string, unknown>) => void): Promise<void> {
    await changeManifest(this.#access, (current, isThere): Result<Manifest | undefined, CloudFailure> => {
      const known = new Map(Object.entries(current.parameters ?? {}));
      change(known);
      const parameters = Object.fromEntries(known);
      const isSame = isDeepStrictEqual(parameters, current.parameters ?? {});
      return ok(isThere && !isSame ? { ...current, parameters } : undefined);
    });
  }
}
