/** Where a sandbox's state lies on disk, and whether it can be written there. It does not know what is inside the files. */
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmdirSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { anotherFolder, codeOf, upperFirst, SandboxUnavailable, unavailableFor } from './unavailable.ts';

export const stateFolder = (folder: string): string => join(folder, 'state');
export const stateFile = (folder: string): string => join(stateFolder(folder), 'data.mdb');
const lockFile = (folder: string): string => join(stateFolder(folder), 'lock.mdb');

/** What lmdb makes in its folder. */
export const stateFiles: readonly string[] = ['data.mdb', 'lock.mdb'];

const mayBeUsed = constants.R_OK | constants.W_OK | constants.X_OK;

/** Makes the folder where it is missing, all of it or nothing, and looks whether the state can be written. */
export function makeFolder(folder: string): void {
  const made: string[] = [];
  try {
    for (const missing of missingFolders(stateFolder(folder))) {
      if (makeOne(missing)) made.push(missing);
    }
    for (const one of [folder, stateFolder(folder)]) accessSync(`${one}/.`, mayBeUsed);
    checkSpace(folder);
  } catch (error) {
    for (const one of made.toReversed()) removeEmpty(one);
    if (error instanceof SandboxUnavailable) throw error;
    throw obstacle(folder) ?? unavailableFor(folder, 'the folder cannot be written', error);
  }
  // lmdb ends the process with a signal where it cannot open them.
  for (const file of [stateFile(folder), lockFile(folder)]) checkFile(folder, file);
}

/** Less than this is refused: lmdb would write a part of a transaction, or be ended by a signal in its lock file. */
const leastSpace = 8 * 2 ** 20;

/** `more`: what the next call brings along. */
export function checkSpace(folder: string, more = 0): void {
  if (freeBytes(stateFolder(folder)) >= leastSpace + more) return;
  const megabytes = Math.round((leastSpace + more) / 2 ** 20);
  throw new SandboxUnavailable(
    folder,
    `the disk is full: less than ${megabytes} MiB are free there`,
    `Free some space there, or ${anotherFolder}.`,
  );
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder);
    if (blocks > 0) return bavail * bsize;
  } catch {
    // It has just been removed, which is told elsewhere.
  }
  // Some file systems do not tell.
  return Infinity;
}

/** From the top; not mkdirSync with `recursive`, which does not return below a folder like /proc. */
function missingFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let one = folder; statSync(one, { throwIfNoEntry: false }) === undefined; one = dirname(one)) {
    missing.unshift(one);
    if (dirname(one) === one) break;
  }
  return missing;
}

/** Whether it was made here, and not by another process in between. */
function makeOne(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && statSync(folder).isDirectory()) return false;
    throw error;
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Another process has begun to use it.
  }
}

/** The part of the path that is there and is no folder, if that is what is wrong. */
export function obstacle(folder: string, wanted?: 'removed'): SandboxUnavailable | undefined {
  const parts: string[] = [];
  for (let one = stateFolder(folder); dirname(one) !== one; one = dirname(one)) parts.unshift(one);
  for (const part of parts) {
    const is = noFolder(part);
    // The state itself is the sandbox's own, and falls to a reset.
    const own = part.includes('/.amigraph')
      ? `Remove it, or ${anotherFolder}.`
      : `${upperFirst(anotherFolder)}.`;
    const cure = part === stateFolder(folder) ? undefined : own;
    if (is !== undefined) return new SandboxUnavailable(folder, `${part} is ${is}`, cure, wanted);
  }
  return undefined;
}

function noFolder(path: string): string | undefined {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.isDirectory()) return undefined;
    return found.isSymbolicLink() ? ledAstray(path) : 'not a folder';
  } catch {
    return undefined;
  }
}

function ledAstray(link: string): string | undefined {
  try {
    const found = statSync(link, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return undefined;
    return `a link to ${readlinkSync(link)}, which ${found === undefined ? 'does not exist' : 'is not a folder'}`;
  } catch (error) {
    return codeOf(error) === 'ELOOP' ? 'a link that leads back to itself' : undefined;
  }
}

function checkFile(folder: string, file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isFile())
    throw new SandboxUnavailable(folder, `its state (${file}) is damaged: it is not a file`);
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw unavailableFor(folder, 'its state cannot be written', error);
  }
}
