/** What SSM parameters of ours say, as the manifest remembers it, so that not every run has to ask. It does not know how they are written. */
import { isDeepStrictEqual } from 'node:util';
import type { CloudFailure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import { imageIn, type Manifest, type Parameters } from './manifest.ts';
import { changeManifest, type ManifestAccess } from './manifest-store.ts';

/**
 * A parameter is doubted before it is written, and settled once it is known what it says: a run that dies in between leaves
 * the doubt, and the next one asks. What cannot be written costs a question or, at worst, is as it was without a memory.
 */
export class KnownParameters {
  readonly #access: ManifestAccess;
  readonly #listed: Parameters;
  readonly #doubt: object;
  readonly #said = new Map<string, string>();
  #doubting: Promise<void> = Promise.resolve();

  /** `listed`: what the manifest had. `run`: what sets this run apart from others. */
  constructor(access: ManifestAccess, listed: Parameters, run: string) {
    this.#access = access;
    this.#listed = listed;
    this.#doubt = { image: null, by: run };
  }

  /** An image's id; null: it has to be asked; undefined: nothing was ever known of it. */
  imageOf(parameter: string): string | null | undefined {
    const known = this.#listed[parameter];
    return known === undefined ? undefined : imageIn(known);
  }

  /** These are about to be written, once `doubted` says so. */
  doubt(parameters: readonly string[]): void {
    if (parameters.length === 0) return;
    const remembered = (): Promise<void> =>
      this.#change((known) => {
        for (const parameter of parameters) known.set(parameter, this.#doubt);
      });
    this.#doubting = this.#doubting.then(remembered);
  }

  /** Resolves once all that is doubted is remembered as that, or cannot be. */
  doubted(): Promise<void> {
    return this.#doubting;
  }

  /** It has been read, or EC2 has taken it. */
  says(parameter: string, image: string): void {
    this.#said.set(parameter, image);
  }

  /** Remembers all that was said. What others have doubted or settled meanwhile has to be asked for. */
  async settle(): Promise<void> {
    await this.#doubting;
    if (this.#said.size === 0) return;
    await this.#change((known) => {
      for (const [parameter, image] of this.#said) {
        const now = known.get(parameter);
        const isOurs = [undefined, this.#doubt, this.#listed[parameter]].some((one) =>
          isDeepStrictEqual(one, now),
        );
        if (isOurs) known.set(parameter, { image });
        else if (!isDeepStrictEqual(now, { image })) known.set(parameter, this.#doubt);
      }
    });
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
