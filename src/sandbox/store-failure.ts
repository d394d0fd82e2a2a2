/** What lmdb's errors mean for a person. It does not know which call met them. */
import { constants } from 'node:os';
import { stateFile } from './state-folder.ts';
import { anotherFolder, codeOf, SandboxUnavailable } from './unavailable.ts';

class DamagedRow extends Error {
  override readonly name = 'DamagedRow';
}

/** A row that is no JSON. */
export const damagedRow = (error: unknown): unknown =>
  error instanceof SyntaxError ? new DamagedRow(error.message) : error;

const { EACCES, EFBIG, EIO, ENOSPC, EDQUOT } = constants.errno;
/** A write that ends short is EIO to lmdb. */
const fullDiskCodes = new Set<unknown>([ENOSPC, EDQUOT, EFBIG, EIO]);
/** MDB_MAP_FULL. */
const mapFull = -30_792;

/** lmdb numbers its errors; undefined: the error is none of its own. */
export function unavailableStore(folder: string, error: unknown): SandboxUnavailable | undefined {
  const damaged = `its state (${stateFile(folder)}) is damaged`;
  if (error instanceof DamagedRow) return new SandboxUnavailable(folder, `${damaged}: ${error.message}`);
  const code = codeOf(error);
  if (!(error instanceof Error) || typeof code !== 'number') return undefined;
  if (fullDiskCodes.has(code)) {
    const reason = `the disk is full, or does not take what is written to it (${error.message})`;
    return new SandboxUnavailable(folder, reason, `Free some space there, or ${anotherFolder}.`);
  }
  if (code === mapFull)
    return new SandboxUnavailable(folder, 'its state has grown to the most that it may be');
  if (code === EACCES) return new SandboxUnavailable(folder, 'its state cannot be written');
  return new SandboxUnavailable(folder, `${damaged}: ${error.message}`);
}
