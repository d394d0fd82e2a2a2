/** A YAML file of the workspace, and places in it by the path of a value. It does not know what the values are for. */
import type { Diagnostic, Place } from '../core/diagnostic.ts';
import type { Source } from '../core/source.ts';
import type { Located, Section } from '../core/template.ts';
import { offsetWithin } from './scalar-place.ts';
import { parseYaml, type YamlData } from './yaml.ts';
import { type Spot, type YamlPath, YamlTrail } from './yaml-trail.ts';

export interface ReadYaml {
  /** Undefined where the text is not YAML. */
  readonly data: YamlData | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export class YamlDocument {
  readonly file: string;
  readonly #source: Source;
  #trail: YamlTrail | undefined;
  #offsets: Map<string, number> | undefined;

  constructor(source: Source) {
    this.file = source.file;
    this.#source = source;
  }

  /** It is not kept: a collection holds many files. */
  read(): ReadYaml {
    const { data, problems } = parseYaml(this.#source.text);
    const diagnostics = problems.map(({ message, at, cure }): Diagnostic => ({
      severity: 'error',
      code: 'yaml',
      message,
      place: this.#source.placeAt(at),
      cure,
    }));
    return { data, diagnostics };
  }

  /** Of the value at `path`, or of the nearest part of it that exists; `within`: of this character of the value. */
  place(path: YamlPath, within = 0): Place {
    const { at, scalar } = this.#spot(path);
    if (within === 0 || scalar === undefined) return this.#source.placeAt(at);
    // Aliases ask for the same place again and again.
    const key = `${scalar.valueStart} ${within}`;
    this.#offsets ??= new Map();
    const offset = this.#offsets.get(key) ?? offsetWithin(this.#source.text, scalar, within);
    this.#offsets.set(key, offset);
    return this.#source.placeAt(offset);
  }

  placeOfKey(path: YamlPath): Place {
    return this.#source.placeAt(this.#spot(path).keyAt);
  }

  /** Good templates are hardly ever asked, so the text is read again for it. */
  #spot(path: YamlPath): Spot {
    if (this.#trail === undefined) {
      this.#trail = new YamlTrail();
      parseYaml(this.#source.text, this.#trail);
    }
    return this.#trail.spot(path);
  }

  located<Value>(value: Value, path: YamlPath, index?: number): Located<Value> {
    return new LocatedLater(value, this, path, index);
  }

  /** `path` leads to it, whatever it is. */
  section(path: YamlPath): Section {
    return new SectionLater(this, path);
  }
}

/** What stands at `path`, whatever the schema says of the rest. */
export function valueAt(data: unknown, path: YamlPath): unknown {
  let found = data;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Readonly<Record<string | number, unknown>>)[key];
  }
  return found;
}

class SectionLater implements Section {
  readonly #document: YamlDocument;
  readonly #path: YamlPath;

  constructor(document: YamlDocument, path: YamlPath) {
    this.#document = document;
    this.#path = path;
  }

  data(): unknown {
    return valueAt(this.#document.read().data, this.#path);
  }

  placeOf(path: YamlPath): Place {
    return this.#document.place([...this.#path, ...path]);
  }
}

/** Knows the way to its place only: there are many of them, and few are asked. */
class LocatedLater<Value> implements Located<Value> {
  readonly value: Value;
  readonly #document: YamlDocument;
  readonly #path: YamlPath;
  readonly #index: number | undefined;

  constructor(value: Value, document: YamlDocument, path: YamlPath, index: number | undefined) {
    this.value = value;
    this.#document = document;
    this.#path = path;
    this.#index = index;
  }

  get place(): Place {
    return this.#document.place(this.#index === undefined ? this.#path : [...this.#path, this.#index]);
  }
}
