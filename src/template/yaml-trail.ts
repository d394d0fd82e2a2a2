/** Where the values of a YAML text stand, by their path. It is left by the parser, and made only when a place is asked for. */

import type { ScalarEvent } from './scalar-place.ts';

export type YamlPath = readonly (string | number)[];

/** Offsets in the text. */
export interface Spot {
  readonly at: number;
  /** The value at that place, if it is a single one. */
  readonly scalar?: ScalarEvent | undefined;
  /** Of its key, in a map. */
  readonly keyAt: number;
}

export class YamlTrail {
  readonly #spots = new Map<string, Spot>();
  /** From the path of an alias, or of what was merged in, to that of what it stands for. */
  readonly #links = new Map<string, string>();
  readonly #anchors = new Map<string, string>();
  readonly #above: { readonly path: string; readonly keyAt: number }[] = [];
  #path = '';
  #keyAt = 0;

  enter(key: string | number, keyAt = 0): void {
    this.#above.push({ path: this.#path, keyAt: this.#keyAt });
    this.#path = below(this.#path, key);
    this.#keyAt = keyAt;
    // A value that is left out stands where its key does.
    this.at(keyAt);
  }

  leave(): void {
    const { path, keyAt } = this.#above.pop() ?? { path: '', keyAt: 0 };
    this.#path = path;
    this.#keyAt = keyAt;
  }

  /** The offset of the value at the present path. */
  at(offset: number, scalar?: ScalarEvent): void {
    this.#spots.set(this.#path, { at: offset, keyAt: this.#keyAt, scalar });
  }

  anchor(name: string): void {
    this.#anchors.set(name, this.#path);
  }

  alias(name: string): void {
    const target = this.#anchors.get(name);
    if (target !== undefined) this.#links.set(this.#path, target);
  }

  /** A key of the present map that comes from `path` below it. */
  merged(key: string, path: YamlPath): void {
    this.#links.set(below(this.#path, key), path.reduce(below, this.#path));
  }

  /** The value at `path`, or the nearest part of the path that exists. */
  spot(path: YamlPath): Spot {
    let here = '';
    let spot = this.#spots.get(here) ?? { at: 0, keyAt: 0 };
    for (const key of path) {
      here = below(this.#target(here), key);
      const next = this.#spots.get(this.#target(here));
      if (next === undefined) break;
      spot = { ...next, keyAt: this.#ofKey(here)?.keyAt ?? next.keyAt };
    }
    return spot;
  }

  /** Links lead to what was written before them, so they end. */
  #target(path: string): string {
    const link = this.#links.get(path);
    return link === undefined ? path : this.#target(this.#without(link));
  }

  /** A link's own path may go through other links: the same without them, but for the last step. */
  #without(path: string): string {
    const cut = path.lastIndexOf(separator);
    return cut < 0 ? path : this.#target(this.#without(path.slice(0, cut))) + path.slice(cut);
  }

  /** What was written with the key: of an alias not what it stands for, and of what is merged in what was merged. */
  #ofKey(path: string): Spot | undefined {
    const link = this.#links.get(path);
    return this.#spots.get(path) ?? (link === undefined ? undefined : this.#ofKey(this.#without(link)));
  }
}

/** No key holds it: YAML does not allow it in a text. */
const separator = '\0';

const below = (path: string, key: string | number): string => `${path}${separator}${key}`;
