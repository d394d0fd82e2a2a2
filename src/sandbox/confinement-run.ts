/** One run of a command: detached, bounded in time and output, found again by its folder. It does not know how it is confined. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Confinement } from './confinement-contract.ts';
import { scriptSeenAt } from './confinement-namespace.ts';
import { startTime } from './process-life.ts';
import { parameterFile } from './stand-ins-aws.ts';

type Run = Parameters<Confinement['start']>[0];

/** A step that prints for ever must not fill the disk: what comes after this is read and dropped. */
const outputLimit = 10 * 1024 * 1024;

/** How long, in ms, a watcher may take to say who it is after its starter has died. */
const startingTakesAtMost = 5000;

/**
 * Runs in the run's folder, with the seconds, and then the confined command, as its arguments. It says who it is, looks whether
 * it was cancelled before that could be known, and leaves the exit code last. `timeout` and everything else stay in its process
 * group; bubblewrap dies with `timeout`, and all that is in its namespace with it.
 */
const watcher = `
seconds="$1"
shift
read -r stat </proc/$$/stat
stat="\${stat##*) }"
set -- $stat -- "$@"
printf '%s %s' "$$" "\${20}" >process.draft
mv process.draft process
while [ "$1" != -- ]; do shift; done
shift
[ -e cancelled ] && exit
mkfifo out err
{ head -c ${outputLimit}; cat >/dev/null; } <out >stdout &
{ head -c ${outputLimit}; cat >/dev/null; } <err >stderr &
timeout --foreground --kill-after=5 "$seconds" "$@" </dev/null >out 2>err
code=$?
wait
printf '%s' "$code" >code.draft
mv code.draft code
`;

/** Starts the run, unless its folder shows that it was started before. */
export function startRun(
  place: string,
  run: Run,
  confine: (seen: { script: string; parameters: string }, command: readonly string[]) => readonly string[],
): void {
  if (existsSync(place)) return;
  mkdirSync(path.dirname(place), { recursive: true });
  const draft = mkdtempSync(`${place}.draft-`);
  const text = `${run.lines.join('\n')}\n`;
  writeFileSync(path.join(draft, 'script'), text, { mode: 0o755 });
  writeFileSync(path.join(draft, 'instance'), run.instance);
  mkdirSync(path.join(draft, 'parameters'));
  for (const [name, value] of Object.entries(run.parameters))
    writeFileSync(path.join(draft, 'parameters', parameterFile(name)), value, { mode: 0o600 });
  writeFileSync(path.join(draft, 'starter'), `${process.pid} ${startTime(process.pid) ?? ''}`);
  try {
    renameSync(draft, place);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (existsSync(place)) return; // Another process was first.
    throw error;
  }
  // As the SSM agent does: a script of its own kind where it says so, else /bin/sh, which is bash on Amazon Linux.
  const command = text.startsWith('#!') ? [scriptSeenAt] : ['bash', '--posix', scriptSeenAt];
  const seen = { script: path.join(place, 'script'), parameters: path.join(place, 'parameters') };
  const confined = confine(seen, command);
  const seconds = String(Math.max(run.timeoutSeconds, 0.001));
  const child = spawn('bash', ['-c', watcher, 'amigraph-run', seconds, ...confined], {
    cwd: place,
    detached: true,
    stdio: 'ignore',
    // Nothing of this process's environment, which may hold credentials, goes near the step.
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
  });
  child.on('error', () => writeFileSync(path.join(place, 'cancelled'), ''));
  child.unref();
}

export function runResult(place: string): ReturnType<Confinement['result']> {
  // The order matters: a process that is gone now may have left its code since the first look.
  if (!hasCode(place) && isAlive(place)) return { state: 'running' };
  const code = textOf(path.join(place, 'code'));
  if (code === undefined) return { state: 'lost' };
  return {
    state: 'done',
    exitCode: Number(code),
    stdout: textOf(path.join(place, 'stdout')) ?? '',
    stderr: textOf(path.join(place, 'stderr')) ?? '',
  };
}

export function cancelRun(place: string): void {
  if (!existsSync(place) || hasCode(place)) return;
  // Either the watcher sees this file, or its process is seen here.
  writeFileSync(path.join(place, 'cancelled'), '');
  const watching = readProcess(path.join(place, 'process'));
  if (watching === undefined || startTime(watching.pid) !== watching.started) return;
  try {
    process.kill(-watching.pid, 'SIGKILL');
  } catch {
    // It has ended in between.
  }
}

/** Cancels what still runs, on one instance or on all. */
export function cancelRuns(runs: string, instance?: string): void {
  if (!existsSync(runs)) return;
  for (const name of readdirSync(runs)) {
    const place = path.join(runs, name);
    if (instance === undefined || textOf(path.join(place, 'instance')) === instance) cancelRun(place);
  }
}

function hasCode(place: string): boolean {
  return existsSync(path.join(place, 'code'));
}

/** Whether the watcher lives or, as long as it has not said who it is, can still be on its way. */
function isAlive(place: string): boolean {
  const watching = readProcess(path.join(place, 'process'));
  if (watching !== undefined) return startTime(watching.pid) === watching.started;
  if (existsSync(path.join(place, 'cancelled'))) return false;
  const starting = readProcess(path.join(place, 'starter'));
  if (starting === undefined) return false;
  if (startTime(starting.pid) === starting.started) return true;
  return Date.now() - statSync(path.join(place, 'starter')).mtimeMs < startingTakesAtMost;
}

function readProcess(file: string): { pid: number; started: string } | undefined {
  const [pid, started] = textOf(file)?.split(' ') ?? [];
  return pid === undefined || started === undefined ? undefined : { pid: Number(pid), started };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
