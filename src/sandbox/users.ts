/** Which running programs have a sandbox open, as notes in its folder. It does not know what they do there. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { runsStill, startTime } from './process-life.ts';

const usersFolder = 'users';

export interface User {
  readonly pid: number;
  /** Its command line, for people. */
  readonly command: string;
}

/** Notes this process as a user; the answer takes the note away. */
export function enter(folder: string): () => void {
  const place = join(folder, usersFolder);
  const note = join(
    place,
    `${process.pid}-${startTime(process.pid) ?? ''}-${randomBytes(4).toString('hex')}`,
  );
  try {
    mkdirSync(place, { recursive: true });
    for (const { name } of notes(folder).filter(({ alive }) => !alive))
      rmSync(join(place, name), { force: true });
    writeFileSync(note, commandLine());
  } catch {
    // The note only keeps others from removing the sandbox by mistake.
  }
  return () => rmSync(note, { force: true });
}

/** Those that run now; the notes of killed ones are left behind. */
export function usersOf(folder: string): readonly User[] {
  return notes(folder)
    .filter(({ alive }) => alive)
    .map(({ name, pid }) => ({ pid, command: textOf(join(folder, usersFolder, name)) }));
}

function notes(folder: string): { name: string; pid: number; alive: boolean }[] {
  return namesIn(join(folder, usersFolder)).flatMap((name) => {
    const [, pid, started = ''] = /^(\d+)-(\d*)-[0-9a-f]+$/u.exec(name) ?? [];
    if (pid === undefined) return [];
    return [{ name, pid: Number(pid), alive: runsStill(Number(pid), started) }];
  });
}

function commandLine(): string {
  const [, program = '', ...words] = process.argv;
  const name = basename(program);
  return [name === 'main.js' ? 'amigraph' : name, ...words].join(' ');
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
