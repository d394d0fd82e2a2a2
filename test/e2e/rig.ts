/** A workspace of its own in a temporary folder, and the built program run in it as a user runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

const project = new URL('../..', import.meta.url).pathname;
export const program = join(project, 'dist/main.js');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of `--json`. */
export interface JsonEvent {
  readonly type: string;
  readonly time: string;
  readonly [key: string]: unknown;
}

export type Environment = Readonly<Record<string, string>>;

export interface Workspace {
  readonly folder: string;
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  run(args: readonly string[], env?: Environment): Promise<Ran>;
  start(args: readonly string[], env?: Environment): Running;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  /** Resolves with the first line of stdout that satisfies `wanted`; rejects when the program ends without one. */
  line(wanted: (line: string) => boolean): Promise<string>;
}

export const threeTemplates: Readonly<Record<string, string>> = {
  'templates/foundation.yaml':
    'software:\n  spack_packages: [gcc@13.2.0, cmake@3.27.0]\ntests: [gcc --version]\n',
  'templates/gromacs.yaml': 'extends: foundation.yaml\nsoftware:\n  spack_packages: [gromacs@2023.1+mpi]\n',
  'templates/namd.yaml': 'extends: foundation.yaml\nsoftware:\n  spack_packages: [namd@3.0.1]\n',
};

const amifile =
  "import { defineConfig } from 'amigraph';\nexport default defineConfig({ workspace: 'test' });\n";

/** With the project's own scripts, an amifile.ts in no npm project, and `files`. */
export async function makeWorkspace(
  files: Readonly<Record<string, string>> = threeTemplates,
): Promise<Workspace> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'amigraph-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(join(project, 'scripts'), join(folder, 'scripts'), { recursive: true });
  const workspace: Workspace = {
    folder,
    async write(path, text) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    remove: (path) => rm(join(folder, path), { recursive: true, force: true }),
    run: (args, env) => start(folder, args, env).ended,
    start: (args, env) => start(folder, args, env),
  };
  for (const [path, text] of Object.entries({ 'amifile.ts': amifile, ...files }))
    await workspace.write(path, text);
  return workspace;
}

/** No PATH: bubblewrap is not found, so steps are simulated wherever the test runs. */
const quiet: Environment = { PATH: '', HOME: '/nonexistent', AMIGRAPH_SANDBOX_SPEED: 'instant' };

function start(cwd: string, args: readonly string[], env: Environment = {}): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...quiet, ...env },
    stdio: 'pipe',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const lines = createInterface({ input: child.stdout });
  return {
    child,
    ended,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        lines.on('line', (line) => {
          if (wanted(line)) resolve(line);
        });
        lines.on('close', () => reject(new Error(`ended without the wanted line:\n${stdout}${stderr}`)));
      }),
  };
}

export const events = ({ stdout }: Ran): JsonEvent[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonEvent);

/** The last event, which is `run-finished`, without what differs from run to run. */
export function finished(ran: Ran): Omit<JsonEvent, 'time'> {
  const last = events(ran).at(-1);
  if (last === undefined) throw new Error(ran.stderr);
  const { time: _time, durationMs: _durationMs, ...rest } = last;
  return { ...rest, type: last.type };
}
