/** Snapshots, which images are made of. It does not know what lies in them. */
import { account, Refusal } from '../call.ts';
import type { Call } from '../call.ts';
import type { SnapshotRecord } from '../records.ts';
import type { Xml } from '../xml.ts';
import { filterOf, inIdOrder, pageOf } from './filters.ts';
import type { Query } from './query.ts';
import { tagSet } from './tags.ts';

export function describeSnapshots(query: Query, call: Call): Record<string, Xml> {
  const state = (snapshot: SnapshotRecord): string => {
    if (call.now < snapshot.doneAt) return 'pending';
    return snapshot.failed ? 'error' : 'completed';
  };
  const wanted = filterOf<SnapshotRecord>(query, {
    'snapshot-id': ({ id }) => id,
    'volume-id': ({ volume }) => volume,
    status: state,
    description: ({ description }) => description,
    'owner-id': () => account,
    encrypted: ({ encrypted }) => String(encrypted),
  });
  const owners = query.list('Owner');
  const ours = owners.length === 0 || owners.includes('self') || owners.includes(account);
  const ids = query.list('SnapshotId');
  const all =
    ids.length > 0 ? ids.map((id) => findSnapshot(call, id)) : call.tables.snapshots.all(call.region);
  const page = pageOf(query, ours ? inIdOrder(all.filter(wanted)) : [], 5);
  return {
    snapshotSet: {
      item: page.things.map((snapshot) => ({
        snapshotId: snapshot.id,
        volumeId: snapshot.volume,
        status: state(snapshot),
        startTime: new Date(snapshot.startedAt).toISOString(),
        progress: call.now < snapshot.doneAt ? '0%' : '100%',
        ownerId: account,
        volumeSize: snapshot.sizeGb,
        description: snapshot.description,
        encrypted: snapshot.encrypted,
        tagSet: tagSet(snapshot.tags),
        storageTier: 'standard',
      })),
    },
    nextToken: page.nextToken,
  };
}

export function deleteSnapshot(query: Query, call: Call): Record<string, Xml> {
  const { id } = findSnapshot(call, query.required('SnapshotId'));
  const user = call.tables.images
    .all(call.region)
    .find((image) => image.snapshot === id && image.deregisteredAt === undefined);
  if (user !== undefined) {
    throw new Refusal('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${user.id}`);
  }
  removeSnapshot(call, id);
  return { return: true };
}

export const removeSnapshot = (call: Call, id: string): void => call.tables.snapshots.remove(call.region, id);

function findSnapshot(call: Call, id: string): SnapshotRecord {
  if (!/^snap-(?:[0-9a-f]{8}|[0-9a-f]{17})$/u.test(id)) {
    throw new Refusal(
      'InvalidParameterValue',
      `Value (${id}) for parameter snapshotId is invalid. Expected: 'snap-...'.`,
    );
  }
  const snapshot = call.tables.snapshots.get(call.region, id);
  if (snapshot === undefined)
    throw new Refusal('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
  return snapshot;
}
