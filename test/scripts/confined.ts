/** A rig that runs lines and the project's scripts in a confinement of its own; it does not know what they should do. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Confinement } from '../../src/sandbox/confinement-contract.ts';
import { findConfinement } from '../../src/sandbox/confinement.ts';

export const scriptsFolder = path.resolve(import.meta.dirname, '../../scripts');

export type Done = Extract<ReturnType<Confinement['result']>, { state: 'done' }>;

/** Asks until there is an answer, for half a minute at most. */
export async function eventually<T>(what: string, ask: () => T | undefined): Promise<T> {
  const end = performance.now() + 30_000;
  for (;;) {
    const answer = ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await after(10);
  }
}

const trial = mkdtempSync(path.join(tmpdir(), 'amigraph-trial-'));
/** Why tests that need a confinement are skipped here, if they are. */
export const whyNot =
  findConfinement(trial, process.env) === undefined
    ? 'bubblewrap is missing or can make no namespace'
    : undefined;
rmSync(trial, { recursive: true, force: true });

export class Confined {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'amigraph-confined-'));
  readonly confinement: Confinement;
  #runs = 0;

  constructor() {
    const found = findConfinement(this.folder, process.env);
    if (found === undefined) throw new Error('no confinement here');
    this.confinement = found;
  }

  root(instance: string): string {
    return path.join(this.folder, 'instances', instance, 'root');
  }

  start(
    instance: string,
    lines: readonly string[],
    timeoutSeconds = 60,
    parameters: Readonly<Record<string, string>> = {},
  ): string {
    this.#runs += 1;
    const id = `run-${this.#runs}`;
    this.confinement.start({ id, instance, lines, timeoutSeconds, parameters });
    return id;
  }

  async end(id: string): Promise<Done> {
    const result = await eventually(`the end of ${id}`, () => {
      const now = this.confinement.result(id);
      return now.state === 'running' ? undefined : now;
    });
    if (result.state === 'lost') throw new Error(`${id} is lost`);
    return result;
  }

  async run(instance: string, ...lines: string[]): Promise<Done> {
    return this.end(this.start(instance, lines));
  }

  /** Runs a script as the program does on an instance; `before` are lines that come first. */
  async script(
    instance: string,
    name: string,
    args: readonly string[],
    before: string[] = [],
  ): Promise<Done> {
    const text = readFileSync(path.join(scriptsFolder, name)).toString('base64');
    const quoted = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ');
    return this.run(
      instance,
      ...before,
      `echo ${text} | base64 -d >/run/${name}`,
      `bash -euo pipefail /run/${name} ${quoted} </dev/null`,
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
