/** A manifest in a bucket, seen as bytes and as who publishes sees it. It does not know what is tested. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { makeClients } from '../../src/adapters/aws/clients.ts';
import { s3ObjectStore } from '../../src/adapters/aws/object-store.ts';
import { type ManifestEntry, manifestKey } from '../../src/cache/manifest.ts';
import {
  type ManifestAccess,
  publish as publishSeen,
  type PublishFailure,
  SeenManifest,
} from '../../src/cache/manifest-store.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { Digest } from '../../src/core/ids.ts';
import { ok, type Result } from '../../src/core/result.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { defined, homeRegion, rig } from '../sandbox/rig.ts';
import { done } from './cloud.ts';

export const key = manifestKey('amigraph/', homeRegion);
export const Bucket = 'bucket';

const [first, second, third, added] = ['first', 'second', 'third', 'added'].map(digestOf) as [
  Digest,
  Digest,
  Digest,
  Digest,
];

export { added, first, second };

export const entryOf = (template: string, change: Partial<ManifestEntry> = {}): ManifestEntry => ({
  template,
  image: `ami-${digestOf(template).slice(0, 17)}`,
  buildId: `20261123-0412-${template}-9f8e7d`,
  token: 3,
  builtAt: '2026-11-23T04:12:00.000Z',
  durationMs: 600_000,
  builtBy: 'ada@laptop',
  ...change,
});

export const entry = entryOf('added');
export const three = {
  version: 1,
  images: { [first]: entryOf('gromacs'), [second]: entryOf('namd'), [third]: entryOf('größe/日本') },
};
export const textOf = (manifest: object): string => `${JSON.stringify(manifest)}\n`;

export interface Publisher extends ManifestAccess {
  /** How many writes were sent. */
  readonly writes: () => number;
  readonly pauses: readonly number[];
}

/** One who publishes, and for whom every pause is over at once. */
export function publisherOn(real: ObjectStore, at = key): Publisher {
  let writes = 0;
  const pauses: number[] = [];
  const store: ObjectStore = {
    ...real,
    put: (...write) => {
      writes += 1;
      return real.put(...write);
    },
  };
  const sleep = async (ms: number): Promise<void> => {
    pauses.push(ms);
  };
  return {
    store,
    clock: { now: () => 0, monotonic: () => 0, sleep },
    random: { fraction: () => 0.5, hex: (digits) => '0'.repeat(digits) },
    key: at,
    writes: () => writes,
    pauses,
  };
}

/** The same store, in which somebody does something right before the next call of this kind. */
export function withIntruder(
  store: ObjectStore,
  before: 'put' | 'copy',
  intrude: () => Promise<unknown>,
): ObjectStore {
  let isOver = false;
  const intruded = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await intrude();
  };
  return {
    ...store,
    put: async (...write) => {
      if (before === 'put') await intruded();
      return store.put(...write);
    },
    copy: async (...copy) => {
      if (before === 'copy') await intruded();
      return store.copy(...copy);
    },
  };
}

/** A bucket whose bytes can be seen and set past the store. */
export async function bucketRig(faults: readonly Partial<FaultRule>[] = []) {
  const whole = faults.map(
    (rule) => ({ operation: '*', skip: 0, times: 1, match: {}, ...rule }) as FaultRule,
  );
  const { s3, sandbox } = await rig({ faults: whole });
  await s3.send(new CreateBucketCommand({ Bucket }));
  const store = s3ObjectStore(makeClients({ region: homeRegion, wire: sandbox.wire }), Bucket);
  return {
    s3,
    store,
    publisher: publisherOn(store),
    /** Gives the key under which it is put aside. */
    setBytes: async (bytes: Uint8Array | string, Key = key): Promise<string> => {
      const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(bytes) }));
      return asideOf(Key, ETag);
    },
    bytesAt: async (Key: string): Promise<Buffer> => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from(await defined(Body).transformToByteArray());
    },
    manifestAt: async (Key = key): Promise<unknown> => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return JSON.parse(await defined(Body).transformToString());
    },
    keys: async (prefix = ''): Promise<string[]> => done(await store.list(prefix)),
    remove: (Key = key) => s3.send(new DeleteObjectCommand({ Bucket, Key })),
  };
}

export const asideOf = (Key: string, etag: string | undefined): string =>
  `${Key}.unreadable-${defined(etag).replaceAll('"', '')}`;

/** By a run that has seen none, and does not ask what became of one that could not be read. */
export async function publish(
  ...entered: readonly [ManifestAccess, Digest, ManifestEntry]
): Promise<Result<void, PublishFailure>> {
  const outcome = await publishSeen(...entered, new SeenManifest({}));
  return outcome.ok ? ok(undefined) : outcome;
}

export const published = ok(undefined);
export const onlyAdded = { version: 1, images: { [added]: entry } };
