#!/usr/bin/env node
/** The program: gives the process's streams, environment and signals to the command line. */
import { Console } from 'node:console';
import { hostname, userInfo } from 'node:os';
import type { Writable } from 'node:stream';
import { localClock } from '../adapters/local/clock.ts';
import { localRandom } from '../adapters/local/random.ts';
import { diagnosticsText } from '../report/diagnostics.ts';
import { styleFor } from '../report/style.ts';
import { type Diagnostic } from '../core/diagnostic.ts';
import { runCli } from './cli.ts';
import { exitCodes } from './commands/base.ts';
import type { Interruptions, Surroundings } from './surroundings.ts';
import { unforeseen } from './unforeseen.ts';

/** While amifile.ts is run, the process's own is not to be had. */
const exit = process.exit.bind(process);

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const interruptedCode = 130;

/** Ends the run that is at it, in order. */
let interrupt: (() => void) | undefined;

/**
 * The same signal twice is what a person does who does not want to wait. A terminal that closes may send SIGHUP several times,
 * and who ends services and CI jobs sends one signal after another: none of these asks to leave instances behind.
 */
function interruptions(): Interruptions {
  const first = new AbortController();
  const second = new AbortController();
  const seen = new Set<NodeJS.Signals>();
  interrupt = () => {
    // A run that has failed by itself is left at once where that is wished.
    for (const signal of signals) seen.add(signal);
    first.abort();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP' || !seen.has(signal)) {
      seen.add(signal);
      return first.abort();
    }
    second.abort();
    exit(interruptedCode);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    interrupted: first.signal,
    abandoned: second.signal,
    dispose: () => {
      interrupt = undefined;
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

/** A reader or a terminal that has gone away (`| head`, a closed window) is no reason to leave a build half done. */
const gone = new Set(['EPIPE', 'EIO']);
let unwritten: NodeJS.ErrnoException | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!gone.has(error.code ?? '')) unwritten ??= error;
});
process.stderr.on('error', () => {});

const around: Surroundings = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  colorDepth: 1,
  cwd: currentFolder(),
  clock: localClock,
  // The process's clock counts from its start.
  began: 0,
  random: localRandom,
  person: { user: userName(), host: hostname() },
  interruptions,
};

/** A script may have removed the folder that it stands in. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write('error: the current folder is gone\n  cure: change to a folder that is there\n');
    return exit(exitCodes.invalid);
  }
}

/** A container may run under an id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** Only answers go to stdout: not what amifile.ts prints. */
globalThis.console = new Console(process.stderr, process.stderr);

const tell = (diagnostic: Diagnostic): void =>
  void process.stderr.write(`${diagnosticsText([diagnostic], styleFor(process.stderr, process.env))}\n`);

/** The exit code of what failed and nothing waited for; the first such error is told, and ends the run in order. */
let failed: number | undefined;
function onUnforeseen(error: unknown): void {
  if (failed !== undefined) return;
  const { diagnostic, users, details } = unforeseen(error);
  failed = users ? exitCodes.invalid : exitCodes.failed;
  tell(diagnostic);
  if (!users) process.stderr.write(`${details}\n`);
  if (interrupt === undefined) exit(failed);
  else interrupt();
}
process.on('uncaughtException', onUnforeseen).on('unhandledRejection', onUnforeseen);

const written = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

const code = await runCli(process.argv.slice(2), around);
await written(process.stdout);
if (unwritten !== undefined) {
  const message = `the answer could not be written: ${unwritten.message}`;
  tell({ severity: 'error', code: 'unwritten', message, cure: 'look at where the output goes' });
  if (code === exitCodes.done) failed ??= exitCodes.failed;
}
await written(process.stderr);
// Timers and connections that amifile.ts leaves open would keep the process.
exit(failed ?? code);
