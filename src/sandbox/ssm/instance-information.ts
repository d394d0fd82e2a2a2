/** Which instances have an agent, and whether it answers. It does not know what the agents run. */
import type { Call } from '../call.ts';
import { agentEndOf, endOf, isOnline } from '../ec2/instance-life.ts';
import type { InstanceRecord } from '../records.ts';
import type { Body } from './body.ts';
import { invalid, pageOf } from './body.ts';
import { Refusal } from '../call.ts';

const maxValues = 100;

export function describeInstanceInformation(body: Body, call: Call): object {
  const filters = [
    ...body
      .bodies('Filters')
      .map((filter) => ({ key: filter.required('Key'), values: filter.texts('Values') ?? [] })),
    ...body
      .bodies('InstanceInformationFilterList')
      .map((filter) => ({ key: filter.required('key'), values: filter.texts('valueSet') ?? [] })),
  ];
  const tests = filters.map(testOf(call));
  const known = call.tables.instances
    .all(call.region)
    .filter((instance) => call.now >= instance.onlineAt && agentEndOf(instance) > instance.onlineAt)
    .filter((instance) => call.now < (endOf(instance)?.doneAt ?? Infinity));
  const found = known.filter((instance) => tests.every((test) => test(instance)));
  const page = pageOf(body, found, { least: 5, most: 50 });
  return {
    InstanceInformationList: page.things.map((instance) => view(instance, call)),
    NextToken: page.nextToken,
  };
}

const pingOf = (instance: InstanceRecord, call: Call): string =>
  isOnline(instance, call.now) ? 'Online' : 'ConnectionLost';

function testOf(call: Call) {
  const values: Readonly<Record<string, (instance: InstanceRecord) => readonly string[]>> = {
    InstanceIds: ({ id }) => [id],
    PingStatus: (instance) => [pingOf(instance, call)],
    PlatformTypes: () => ['Linux'],
    ResourceType: () => ['EC2Instance'],
    'tag-key': ({ tags }) => Object.keys(tags),
  };
  return (filter: { key: string; values: readonly string[] }): ((instance: InstanceRecord) => boolean) => {
    if (filter.values.length === 0 || filter.values.length > maxValues) {
      throw invalid('Filters', `Member must have between 1 and ${maxValues} values`);
    }
    const tag = /^tag:(.+)$/u.exec(filter.key)?.[1];
    const read =
      tag === undefined ? values[filter.key] : (instance: InstanceRecord) => [instance.tags[tag] ?? ''];
    if (read === undefined) {
      throw new Refusal(
        'InvalidInstanceInformationFilterValue',
        `The filter key ${filter.key} is not valid.`,
      );
    }
    return (instance) => read(instance).some((value) => filter.values.includes(value));
  };
}

const view = (instance: InstanceRecord, call: Call): object => ({
  InstanceId: instance.id,
  PingStatus: pingOf(instance, call),
  LastPingDateTime: Math.min(call.now, agentEndOf(instance)) / 1000,
  AgentVersion: '3.3.2299.0',
  IsLatestVersion: true,
  PlatformType: 'Linux',
  PlatformName: 'Amazon Linux',
  PlatformVersion: '2023',
  ResourceType: 'EC2Instance',
  IPAddress: instance.address,
  ComputerName: `ip-${instance.address.replaceAll('.', '-')}.ec2.internal`,
});
