/** Runs steps for real, each confined by bubblewrap to its instance's own folder. It does not know of AWS, nor what a step is for. */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Confinement } from './confinement-contract.ts';
import { bubblewrapArguments, seedRoot } from './confinement-namespace.ts';
import { cancelRun, cancelRuns, runResult, startRun } from './confinement-run.ts';
import { removeTree } from './remove-tree.ts';
import { writeStandIns } from './stand-ins.ts';
import { unavailableFor } from './unavailable.ts';

/** A confinement with its state below the folder, or nothing where bubblewrap is missing or cannot make a namespace. */
export function findConfinement(folder: string, env: { PATH?: string | undefined }): Confinement | undefined {
  const bwrap = findOnPath('bwrap', env.PATH ?? '');
  if (bwrap === undefined || findOnPath('timeout', env.PATH ?? '') === undefined) return undefined;
  const place = path.resolve(folder);
  try {
    const standIns = writeStandIns(place);
    return works(bwrap, place, standIns) ? confinement(bwrap, place, standIns) : undefined;
  } catch (error) {
    throw unavailableFor(place, 'steps cannot be made ready to run in it', error);
  }
}

function confinement(bwrap: string, folder: string, standIns: string): Confinement {
  const at = (kind: 'instances' | 'images' | 'runs', id: string): string => {
    if (!/^[a-z0-9-]+$/.test(id)) throw new Error(`not an id of the sandbox: ${JSON.stringify(id)}`);
    return path.join(folder, kind, id);
  };
  return {
    prepareInstance(instance, image) {
      const place = at('instances', instance);
      const from = image === undefined ? undefined : rootOf(at('images', image));
      make(place, (draft) => {
        if (from !== undefined && existsSync(from)) copy(from, rootOf(draft));
        else mkdirSync(rootOf(draft));
        seedRoot(rootOf(draft));
      });
    },
    start(run) {
      const root = rootOf(at('instances', run.instance));
      startRun(at('runs', run.id), run, (seen, command) => [
        bwrap,
        ...bubblewrapArguments({ root, standIns, ...seen }),
        ...command,
      ]);
    },
    result: (id) => runResult(at('runs', id)),
    cancel: (id) => cancelRun(at('runs', id)),
    capture(instance, image) {
      const from = rootOf(at('instances', instance));
      make(at('images', image), (draft) => {
        if (existsSync(from)) copy(from, rootOf(draft));
        else mkdirSync(rootOf(draft));
      });
    },
    removeInstance(instance) {
      const place = at('instances', instance);
      cancelRuns(path.join(folder, 'runs'), instance);
      removeTree(place);
    },
    removeImage: (image) => removeTree(at('images', image)),
  };
}

function rootOf(place: string): string {
  return path.join(place, 'root');
}

/** Makes a folder as a draft and gives it its name when it is whole; a folder that is there already is left as it is. */
function make(place: string, fill: (draft: string) => void): void {
  if (existsSync(place)) return;
  mkdirSync(path.dirname(place), { recursive: true });
  const draft = mkdtempSync(`${place}.draft-`);
  try {
    fill(draft);
    renameSync(draft, place);
  } catch (error) {
    removeTree(draft);
    if (!existsSync(place)) throw error;
  }
}

function copy(from: string, to: string): void {
  execFileSync('cp', ['--archive', '--reflink=auto', from, to], { stdio: ['ignore', 'ignore', 'pipe'] });
}

function findOnPath(program: string, searchPath: string): string | undefined {
  for (const folder of searchPath.split(path.delimiter)) {
    const file = path.join(folder, program);
    if (!path.isAbsolute(file)) continue;
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Whether a namespace can be made here: tried once for each bubblewrap, start of the machine and user, then remembered. */
function works(bwrap: string, folder: string, standIns: string): boolean {
  const memory = path.join(folder, 'bubblewrap.json');
  const key = [
    bwrap,
    statSync(bwrap).mtimeMs,
    process.getuid?.() ?? -1,
    textOf('/proc/sys/kernel/random/boot_id'),
  ].join(' ');
  const known = textOf(memory);
  if (known === JSON.stringify({ key, works: true })) return true;
  if (known === JSON.stringify({ key, works: false })) return false;
  const answer = attempt(bwrap, folder, standIns);
  const draft = `${memory}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ key, works: answer }));
  renameSync(draft, memory);
  return answer;
}

function attempt(bwrap: string, folder: string, standIns: string): boolean {
  const trial = mkdtempSync(path.join(folder, 'trial-'));
  try {
    seedRoot(trial);
    const script = path.join(trial, 'script');
    writeFileSync(script, 'true\n');
    const options = bubblewrapArguments({ root: trial, standIns, script, parameters: trial });
    execFileSync(bwrap, [...options, 'bash', '-c', 'true'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  } finally {
    removeTree(trial);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
