/** The sandbox's memory: typed tables in one lmdb file, changed by whole transactions. It does not know what the rows mean. */
import { createRequire } from 'node:module';
import type { Database, RootDatabase } from 'lmdb';
import type * as Lmdb from 'lmdb';
import type {
  BucketRecord,
  CommandRecord,
  ConfinedEffect,
  ImageRecord,
  InstanceRecord,
  InvocationRecord,
  ObjectRecord,
  ParameterRecord,
  SnapshotRecord,
  TokenRecord,
  UploadRecord,
} from './records.ts';
import { SandboxRemoved, SandboxUnavailable } from './unavailable.ts';
import { checkStateFile } from './state-file.ts';
import { checkSpace, makeFolder, stateFile, stateFolder } from './state-folder.ts';
import { guardState, remind, TransactionForgotten } from './state-guard.ts';
import { damagedRow, unavailableStore } from './store-failure.ts';

const stateVersion = 1;

/** Rows under keys of several parts, in key order. */
export class Table<Row> {
  readonly #db: Database<Row, string[]>;

  constructor(db: Database<Row, string[]>) {
    this.#db = db;
  }

  get(...key: string[]): Row | undefined {
    try {
      return this.#db.get(key);
    } catch (error) {
      throw damagedRow(error);
    }
  }

  put(key: readonly string[], row: Row): void {
    this.#db.putSync([...key], row);
  }

  remove(...key: string[]): void {
    this.#db.removeSync(key);
  }

  /** The rows whose key begins with `prefix`, from `from` on; nothing may be changed while it runs. */
  *scan(prefix: readonly string[], from?: string): Generator<{ key: string; row: Row }> {
    const start = [...prefix, ...(from === undefined ? [] : [from])];
    try {
      for (const { key, value } of this.#db.getRange(start.length === 0 ? {} : { start })) {
        // A key of one part comes back bare.
        const parts: readonly string[] = typeof key === 'string' ? [key] : key;
        if (prefix.some((part, index) => parts[index] !== part)) return;
        yield { key: parts[prefix.length] ?? '', row: value };
      }
    } catch (error) {
      throw damagedRow(error);
    }
  }

  all(...prefix: string[]): Row[] {
    return Array.from(this.scan(prefix), ({ row }) => row);
  }
}

export interface Tables {
  /** Keyed by region and id, as are images, snapshots and commands. */
  readonly instances: Table<InstanceRecord>;
  readonly images: Table<ImageRecord>;
  /** The ids of images, keyed by region and name; the image may be deregistered. */
  readonly imageNames: Table<string>;
  readonly snapshots: Table<SnapshotRecord>;
  readonly commands: Table<CommandRecord>;
  /** Region, command, instance. */
  readonly invocations: Table<InvocationRecord>;
  /** The invocations that are not over yet, keyed by `region command instance`. */
  readonly unfinished: Table<readonly [region: string, command: string, instance: string]>;
  /** Region and client token. */
  readonly tokens: Table<TokenRecord>;
  /** Region and name. */
  readonly parameters: Table<ParameterRecord>;
  readonly buckets: Table<BucketRecord>;
  /** Bucket and key, as are the bodies. */
  readonly objects: Table<ObjectRecord>;
  readonly bodies: Table<Buffer>;
  readonly uploads: Table<UploadRecord>;
  /** Upload and part number; the bodies lie in `bodies` under the upload. */
  readonly parts: Table<ObjectRecord>;
  readonly counters: Table<number>;
  readonly effects: Table<ConfinedEffect>;
}

export interface Store {
  readonly tables: Tables;
  /** All or nothing, one at a time among all processes; throws SandboxUnavailable where the disk says no. */
  transact<Value>(change: () => Value, bytes?: number): Value;
  close(): Promise<void>;
}

// Its CommonJS form loads in two thirds of the time, and only where a sandbox is opened.
const require = createRequire(import.meta.url);
const loadLmdb = (): typeof Lmdb => require('lmdb') as typeof Lmdb;

/** More than as many processes could open at once, each at the worst moment. */
const attempts = 100;

export async function openStore(folder: string): Promise<Store> {
  makeFolder(folder);
  checkStateFile(folder);
  const { open } = loadLmdb();
  let root: RootDatabase;
  try {
    // No sync: the pages of a killed process are the kernel's already, and the meta page is written last.
    // A fixed map is address space only; it spares the processes from telling each other that it grew.
    root = open(stateFolder(folder), { noSync: true, encoding: 'json', mapSize: 16 * 2 ** 30, maxDbs: 24 });
  } catch (error) {
    throw new SandboxUnavailable(folder, `it cannot be opened: ${messageOf(error)}`);
  }
  root.readerCheck();
  const guard = guardState(stateFile(folder));
  const transact = <Value>(change: () => Value, bytes = 0): Value => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (!guard.isThere()) throw new SandboxRemoved(folder);
        checkSpace(folder, bytes);
        return root.transactionSync(() => {
          guard.check(root.getWriteTxnId());
          return change();
        });
      } catch (error) {
        if (!(error instanceof TransactionForgotten) || attempt === attempts)
          throw unavailableStore(folder, error) ?? error;
        remind(require.resolve('lmdb'), stateFolder(folder));
      }
    }
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    if (closing === undefined) {
      guard.close();
      closing = root.close();
    }
    return closing;
  };
  try {
    const tables = transact(() => tablesOf(root));
    checkVersion(
      folder,
      transact(() => versionOf(tables)),
    );
    return { tables, transact, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function versionOf({ counters }: Tables): number {
  const found = counters.get('state version');
  if (found === undefined) counters.put(['state version'], stateVersion);
  return found ?? stateVersion;
}

function checkVersion(folder: string, version: number): void {
  if (version === stateVersion) return;
  throw new SandboxUnavailable(
    folder,
    `its state has version ${version}, and this program knows version ${stateVersion}`,
  );
}

function tablesOf(root: RootDatabase): Tables {
  const table = <Row>(name: string, encoding: 'json' | 'binary' = 'json'): Table<Row> =>
    new Table(root.openDB<Row, string[]>({ name, encoding }));
  return {
    instances: table('instances'),
    images: table('images'),
    imageNames: table('image names'),
    snapshots: table('snapshots'),
    commands: table('commands'),
    invocations: table('invocations'),
    unfinished: table('unfinished'),
    tokens: table('tokens'),
    parameters: table('parameters'),
    buckets: table('buckets'),
    objects: table('objects'),
    bodies: table('bodies', 'binary'),
    uploads: table('uploads'),
    parts: table('parts'),
    counters: table('counters'),
    effects: table('effects'),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
