/**
 * Keeps lmdb from losing a transaction when another process opens the same file. It does not know what is in the tables.
 *
 * A process that opens an lmdb environment reads the number of the newest transaction from the file and, a moment later,
 * writes it to the memory that all processes share (`mti_txnid`, in mdb_env_open2), whether or not others use the file
 * already. A transaction committed in between is then forgotten: the next writer starts from the one before it. So each
 * transaction, which holds the lock of all writers, first compares its number with what the file says. Where they differ it
 * does nothing, a short-lived process opens the file again, which puts the number right, since nobody commits meanwhile, and
 * the transaction is tried anew.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { metaTransactionAt, statePageSize } from './state-file.ts';

/** The number that this transaction got does not follow the newest one in the file. */
export class TransactionForgotten extends Error {
  override readonly name = 'TransactionForgotten';
}

export interface StateGuard {
  /** Whether the file that was opened is still the one at its place; lmdb would go on in one that was removed. */
  isThere(): boolean;
  /** To be called first in every transaction, with its number. */
  check(transaction: number): void;
  close(): void;
}

export function guardState(file: string): StateGuard {
  const descriptor = openSync(file, 'r');
  const places = [metaTransactionAt, statePageSize(descriptor) + metaTransactionAt];
  const number = Buffer.alloc(8);
  const { dev, ino } = fstatSync(descriptor);
  return {
    isThere() {
      const found = statSync(file, { throwIfNoEntry: false });
      return found?.ino === ino && found.dev === dev;
    },
    check(transaction) {
      let newest = 0n;
      for (const place of places) {
        readSync(descriptor, number, 0, number.length, place);
        const found = number.readBigUInt64LE();
        if (found > newest) newest = found;
      }
      if (BigInt(transaction) !== newest + 1n)
        throw new TransactionForgotten(`${transaction} after ${newest}`);
    },
    close: () => closeSync(descriptor),
  };
}

const openOnce = `require(process.argv[1]).open(process.argv[2], { noSync: true }); process.exit(0);`;

/** Has another process open the environment: in this one, lmdb would only find its own again. */
export function remind(lmdb: string, folder: string): void {
  const env = { ...process.env, NODE_OPTIONS: '' };
  execFileSync(process.execPath, ['-e', openOnce, lmdb, folder], { stdio: 'ignore', env });
}
