/** Tags on EC2's resources: as given at creation, and as changed and listed later. It does not know what they mean. */
import type { Call } from '../call.ts';
import { Refusal } from '../call.ts';
import type { Tags } from '../records.ts';
import type { Table } from '../store.ts';
import type { Xml } from '../xml.ts';
import { filterOf, inIdOrder, pageOf } from './filters.ts';
import type { Query } from './query.ts';

const mostTags = 50;

/** The tags that a creation gives to each type of resource. */
export function tagSpecifications(query: Query, allowed: readonly string[]): Readonly<Record<string, Tags>> {
  const found: Record<string, Tags> = {};
  for (const specification of query.groups('TagSpecification')) {
    const type = specification.required('ResourceType');
    if (!allowed.includes(type)) {
      throw new Refusal(
        'InvalidParameterValue',
        `'${type}' is not a valid taggable resource type for this operation.`,
      );
    }
    if (found[type] !== undefined) {
      throw new Refusal('InvalidParameterValue', `Duplicate resource type '${type}' in TagSpecification.`);
    }
    found[type] = checkedTags(specification);
  }
  return found;
}

function checkedTags(query: Query): Tags {
  const tags: Record<string, string> = {};
  for (const tag of query.groups('Tag')) {
    const key = tag.required('Key');
    const value = tag.text('Value') ?? '';
    if (/^aws:/iu.test(key)) {
      throw new Refusal(
        'InvalidParameterValue',
        `Tag keys starting with 'aws:' are reserved for internal use`,
      );
    }
    if (key.length > 128 || value.length > 256) {
      throw new Refusal('InvalidParameterValue', `Tag key or value exceeds the maximum length: '${key}'`);
    }
    if (Object.hasOwn(tags, key)) {
      throw new Refusal('InvalidParameterValue', `Duplicate tag key '${key}' specified.`);
    }
    tags[key] = value;
  }
  return checkedCount(tags);
}

function checkedCount(tags: Tags): Tags {
  if (Object.keys(tags).length <= mostTags) return tags;
  throw new Refusal(
    'TagLimitExceeded',
    `The maximum number of Tags for a resource has been reached. Maximum is ${mostTags}.`,
  );
}

export const tagSet = (tags: Tags): Xml => ({
  item: Object.entries(tags).map(([key, value]) => ({ key, value })),
});

interface Tagged {
  readonly id: string;
  readonly tags: Tags;
}

interface Kind {
  readonly type: string;
  readonly prefix: string;
  readonly missing: string;
  readonly all: () => readonly Tagged[];
  readonly find: (id: string) => Tagged | undefined;
  readonly retag: (id: string, tags: Tags) => void;
}

const kindsOf = ({ tables, region }: Call): readonly Kind[] => [
  kind('instance', 'i-', 'InvalidInstanceID.NotFound', tables.instances, region),
  kind('image', 'ami-', 'InvalidAMIID.NotFound', tables.images, region),
  kind('snapshot', 'snap-', 'InvalidSnapshot.NotFound', tables.snapshots, region),
];

function kind<Row extends Tagged>(
  type: string,
  prefix: string,
  missing: string,
  table: Table<Row>,
  region: string,
): Kind {
  return {
    type,
    prefix,
    missing,
    all: () => table.all(region),
    find: (id) => table.get(region, id),
    retag(id, tags) {
      const row = table.get(region, id);
      if (row !== undefined) table.put([region, id], { ...row, tags });
    },
  };
}

export function createTags(query: Query, call: Call): Record<string, Xml> {
  const given = checkedTags(query);
  if (Object.keys(given).length === 0) query.required('Tag');
  changeTags(query, call, (tags) => checkedCount({ ...tags, ...given }));
  return { return: true };
}

export function deleteTags(query: Query, call: Call): Record<string, Xml> {
  const doomed = query.groups('Tag').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') }));
  changeTags(query, call, (tags) =>
    Object.fromEntries(
      Object.entries(tags).filter(
        ([key, value]) =>
          doomed.length > 0 && !doomed.some((tag) => tag.key === key && (tag.value ?? value) === value),
      ),
    ),
  );
  return { return: true };
}

function changeTags(query: Query, call: Call, change: (tags: Tags) => Tags): void {
  const ids = query.list('ResourceId');
  if (ids.length === 0) query.required('ResourceId');
  const changes = ids.map((id) => {
    const found = kindsOf(call).find(({ prefix }) => id.startsWith(prefix));
    if (found === undefined) throw new Refusal('InvalidID', `The ID '${id}' is not valid`);
    const thing = found.find(id);
    if (thing === undefined) throw new Refusal(found.missing, `The ${found.type} ID '${id}' does not exist`);
    const tags = change(thing.tags);
    return (): void => found.retag(id, tags);
  });
  for (const apply of changes) apply();
}

export function describeTags(query: Query, call: Call): Record<string, Xml> {
  const all = kindsOf(call).flatMap(({ type, all: everything }) =>
    everything().flatMap((thing) =>
      Object.entries(thing.tags).map(([key, value]) => ({
        id: `${thing.id} ${key}`,
        resource: thing.id,
        type,
        key,
        value,
        tags: { [key]: value },
      })),
    ),
  );
  const wanted = filterOf<(typeof all)[number]>(query, {
    'resource-id': ({ resource }) => resource,
    'resource-type': ({ type }) => type,
    key: ({ key }) => key,
    value: ({ value }) => value,
  });
  const page = pageOf(query, inIdOrder(all.filter(wanted)), 5);
  return {
    tagSet: {
      item: page.things.map(({ resource, type, key, value }) => ({
        resourceId: resource,
        resourceType: type,
        key,
        value,
      })),
    },
    nextToken: page.nextToken,
  };
}
