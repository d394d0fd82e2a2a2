/** Whether a process that was seen before still runs, and is not another one with its number. It starts and ends none. */
import { existsSync, readFileSync } from 'node:fs';

/** When a process was started, in ticks since the machine was; nothing when it is gone or only waits to be reaped. */
export function startTime(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** `started`: what startTime said of it; without /proc, its number has to do. */
export function runsStill(pid: number, started: string): boolean {
  if (existsSync('/proc/self/stat')) return startTime(pid) === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
