/** What the unit tests build on: a workspace in memory, a clock that is stepped by hand, short ways to the domain's types. */
import { expect } from 'vitest';
import { type Config } from '../../src/config/config.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { WrittenConfig } from '../../src/config/written-config.ts';
import { type Diagnostic, InvalidInput } from '../../src/core/diagnostic.ts';
import { digestOf } from '../../src/core/digest.ts';
import { byCodeUnits } from '../../src/core/order.ts';
import { type Digest, type ImageId, imageId, type TemplateName, templateName } from '../../src/core/ids.ts';
import type { Action, Reuse, Work } from '../../src/core/plan.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { Recipe } from '../../src/core/recipe.ts';
import { collect, type Collection } from '../../src/graph/collection.ts';
import { type Fingerprinted, fingerprintEach } from '../../src/plan/plan.ts';
import { Source } from '../../src/core/source.ts';
import type { Template } from '../../src/core/template.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { FileContent, FileProblem, Files } from '../../src/ports/files.ts';
import { styleFor } from '../../src/report/style.ts';
import { readInputs } from '../../src/template/inputs.ts';
import { readTemplate } from '../../src/template/read.ts';
import { scanTemplates, templateNaming } from '../../src/template/scan.ts';

/** Text by path; a problem by path is a file that cannot be used. */
export type Tree = Readonly<Record<string, string | { readonly problem: FileProblem }>>;

/** Knows two kinds of pattern: a path, and `folder/**` with or without an ending. */
export function memoryFiles(tree: Tree): Files {
  const at = (path: string): FileContent | { problem: FileProblem } => {
    const found = tree[path];
    if (found === undefined) return { problem: 'missing' };
    return typeof found === 'string' ? { text: found, identity: undefined } : found;
  };
  const matches = (pattern: string, path: string): boolean => {
    const [folder = '', ending = ''] = pattern.split(/\*\*(?:\/\*)?/);
    return pattern.includes('**') ? path.startsWith(folder) && path.endsWith(ending) : path === pattern;
  };
  return {
    list: (patterns) =>
      Promise.resolve(
        ok(
          Object.keys(tree)
            .filter((path) => patterns.some((pattern) => matches(pattern, path)))
            .toSorted(byCodeUnits),
        ),
      ),
    read(path, maxBytes) {
      const found = at(path);
      const isLong = 'text' in found && Buffer.byteLength(found.text) > maxBytes;
      return Promise.resolve(isLong ? { problem: 'too-big' } : found);
    },
    identity: () => Promise.resolve(undefined),
    digest: (path) => {
      const found = at(path);
      if ('problem' in found) return Promise.resolve(found);
      const executable = found.text.startsWith('#!');
      return Promise.resolve({ path, digest: digestOf(found.text), executable });
    },
    write: (path) => Promise.resolve(`/workspace/${path}`),
  };
}

export const configOf = (written: WrittenConfig = {}): Config => resolveConfig('/workspace', written, {}, {});

/** What templates have that say nothing of it. */
export const usual = { architecture: 'x86_64', volumeGb: 100, base: configOf().base } as const;

/** Scripts of the default steps, so that recipes can be made. */
export const stepScripts: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(configOf().steps).map(({ script }) => [script, `#!/bin/bash\necho ${script}\n`]),
);

/** One file as it is read, without its warnings. */
export function templateOf(file: string, text: string): Result<Template, Diagnostic[]> {
  const read = readTemplate(new Source(file, text), templateNaming('templates/**/*.yaml', '/workspace'));
  return read.ok ? ok(read.value.template) : fail([...read.error.diagnostics]);
}

export async function collectionOf(tree: Tree, maxDepth = 5): Promise<Collection> {
  return collect(await scanTemplates(memoryFiles(tree), 'templates/**/*.yaml', '/workspace'), {
    maxDepth,
    ...usual,
  });
}

export interface Fingerprints {
  readonly collection: Collection;
  readonly all: ReadonlyMap<TemplateName, Fingerprinted>;
  digest(name: string): Digest;
}

/** All the way from files to digests, with no I/O. */
export async function fingerprintsOf(
  tree: Tree,
  written: WrittenConfig = {},
  base: ImageId = imageId('ami-0123456789abcdef0'),
): Promise<Fingerprints> {
  const files = { ...stepScripts, ...tree };
  const config = configOf(written);
  const collection = await collectionOf(files, config.maxDepth);
  expect(collection.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const inputs = await readInputs(memoryFiles(files), config.steps, collection.templates.values());
  const all = new Map(valueOf(fingerprintEach(collection, config, inputs, () => base)));
  return { collection, all, digest: (name) => defined(all.get(templateName(name))).fingerprint.digest };
}

export function valueOf<Value, Reason>(result: Result<Value, Reason>): Value {
  if (!result.ok) throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
  return result.value;
}

export function errorOf<Value, Reason>(result: Result<Value, Reason>): Reason {
  if (result.ok) throw new Error(`expected an error, got ${JSON.stringify(result.value)}`);
  return result.error;
}

export function defined<Value>(value: Value | undefined | null): Value {
  if (value === undefined || value === null) throw new Error('expected a value');
  return value;
}

/** The diagnostics of the InvalidInput that `call` ends with. */
export async function invalidInputOf(call: () => unknown): Promise<readonly Diagnostic[]> {
  try {
    await call();
  } catch (error) {
    if (error instanceof InvalidInput) return error.diagnostics;
    throw error;
  }
  throw new Error('expected InvalidInput');
}

/** `file:line:column`, or the file alone. */
export function placeOf({ place }: Pick<Diagnostic, 'place'>): string | undefined {
  if (place === undefined) return undefined;
  return 'line' in place ? `${place.file}:${place.line}:${place.column}` : place.file;
}

export const plainStyle = styleFor({ isTTY: false }, {});

export const digestLike = (text: string): Digest => digestOf(text);

const emptyRecipe: Recipe = {
  secrets: [],
  origin: { kind: 'base', image: imageId('ami-0123456789abcdef0') },
  dependsOn: [],
  architecture: 'x86_64',
  volumeGb: 100,
  packages: [],
  users: [],
  mounts: [],
  tests: [],
  steps: [],
  inputs: [],
};

type Needing<Kind extends Action> = Partial<Omit<Kind, 'needs' | 'action'>> & {
  readonly needs?: readonly string[];
};

export function actionOf(
  name: string,
  { needs = [], ...change }: Needing<Work> & { readonly action?: Work['action'] } = {},
): Work {
  return {
    template: templateName(name),
    digest: digestLike(name),
    action: 'build',
    reason: { kind: 'no-image' },
    image: null,
    recipe: emptyRecipe,
    inputPatterns: [],
    dependsOn: [],
    parent: null,
    expectedMs: null,
    replaces: null,
    sameAs: null,
    settings: { instanceTypes: ['c6a.4xlarge'], subnets: [], spot: false, timeoutSeconds: 3600 },
    ...change,
    needs: needs.map(templateName),
  };
}

export function reuseOf(name: string, { needs = [], ...change }: Needing<Reuse> = {}): Reuse {
  const image = imageId('ami-0123456789abcdef0');
  return {
    template: templateName(name),
    digest: digestLike(name),
    action: 'reuse',
    reason: { kind: 'hit', image, createdAt: '2026-11-23T04:12:00.000Z', buildId: 'b' },
    image,
    parent: null,
    expectedMs: null,
    ...change,
    needs: needs.map(templateName),
  };
}

/** Lets everything that is due without time passing happen. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock on which time passes only when it is told to. */
export class HandClock implements Clock {
  #time = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return Date.UTC(2026, 10, 23) + this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: this.#time + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
    });
  }

  /** How long from now until somebody wakes up; undefined: nobody sleeps. */
  untilNext(): number | undefined {
    const next = [...this.#sleepers].map(({ at }) => at);
    return next.length === 0 ? undefined : Math.min(...next) - this.#time;
  }

  /** Lets `ms` pass, waking whoever is due on the way, each in turn. */
  async pass(ms: number): Promise<void> {
    const end = this.#time + ms;
    await settled();
    for (;;) {
      const next = [...this.#sleepers].toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#time = Math.max(this.#time, next.at);
      next.wake();
      await settled();
    }
    this.#time = end;
  }
}
