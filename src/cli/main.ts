#!/usr/bin/env node
/** The program: gives the process's streams, environment and signals to the command line. */
import { hostname, userInfo } from 'node:os';
import { localClock } from '../adapters/local/clock.ts';
import { localRandom } from '../adapters/local/random.ts';
import { runCli } from './cli.ts';
import type { Interruptions, Surroundings } from './surroundings.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const interruptedCode = 130;

function interruptions(): Interruptions {
  const first = new AbortController();
  const second = new AbortController();
  const onSignal = (): void => {
    if (!first.signal.aborted) return first.abort();
    second.abort();
    process.exit(interruptedCode);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    interrupted: first.signal,
    abandoned: second.signal,
    dispose: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

/** A reader or a terminal that has gone away (`| head`, a closed window) is no reason to leave a build half done. */
const ignore = (): void => {};
process.stdout.on('error', ignore);
process.stderr.on('error', ignore);

const around: Surroundings = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  colorDepth: 1,
  cwd: process.cwd(),
  clock: localClock,
  random: localRandom,
  person: { user: userName(), host: hostname() },
  interruptions,
};

/** A container may run under an id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

process.exitCode = await runCli(process.argv.slice(2), around);
