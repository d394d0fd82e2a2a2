/** Describing, stopping and terminating instances. It does not know how they are launched. */
import type { Call } from '../call.ts';
import { Refusal } from '../call.ts';
import * as durations from '../durations.ts';
import type { InstanceRecord } from '../records.ts';
import type { Xml } from '../xml.ts';
import { filterOf, inIdOrder, pageOf } from './filters.ts';
import { endOf, isGone, stateCodes, stateOf } from './instance-life.ts';
import { reservation, stateView } from './instance-view.ts';
import type { Query } from './query.ts';
import { endAt } from './run-instances.ts';

export function describeInstances(query: Query, call: Call): Record<string, Xml> {
  const ids = query.list('InstanceId');
  if (ids.length > 0 && query.text('MaxResults') !== undefined) {
    throw new Refusal(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const wanted = filterOf<InstanceRecord>(query, {
    'instance-id': ({ id }) => id,
    'instance-state-name': (instance) => stateOf(instance, call.now),
    'instance-state-code': (instance) => String(stateCodes[stateOf(instance, call.now)]),
    'instance-type': ({ type }) => type,
    'instance-lifecycle': ({ spot }) => (spot ? 'spot' : undefined),
    'client-token': ({ clientToken }) => clientToken ?? '',
    'image-id': ({ image }) => image,
    'reservation-id': (instance) => instance.reservation,
    'subnet-id': ({ subnet }) => subnet,
    'availability-zone': ({ zone }) => zone,
    architecture: ({ architecture }) => architecture,
  });
  const found = (ids.length > 0 ? findInstances(call, ids) : visibleInstances(call)).filter(wanted);
  const page = pageOf(query, inIdOrder(found), 5);
  const launches = new Map<string, InstanceRecord[]>();
  for (const instance of page.things) {
    launches.set(instance.reservation, [...(launches.get(instance.reservation) ?? []), instance]);
  }
  return {
    reservationSet: { item: Array.from(launches.values(), (instances) => reservation(instances, call.now)) },
    nextToken: page.nextToken,
  };
}

function visibleInstances(call: Call): InstanceRecord[] {
  return call.tables.instances.all(call.region).filter((instance) => {
    if (!isGone(instance, call.now)) return call.now >= instance.visibleAt;
    call.tables.instances.remove(call.region, instance.id);
    call.afterwards({ kind: 'remove-instance', instance: instance.id });
    return false;
  });
}

/** Each instance that is named, or the refusal that names those which cannot be seen. */
export function findInstances(call: Call, ids: readonly string[]): InstanceRecord[] {
  const malformed = ids.find((id) => !/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/u.test(id));
  if (malformed !== undefined) {
    throw new Refusal('InvalidInstanceID.Malformed', `Invalid id: "${malformed}" (expecting "i-...")`);
  }
  const found = ids.flatMap((id) => call.tables.instances.get(call.region, id) ?? []);
  const visible = found.filter((instance) => call.now >= instance.visibleAt && !isGone(instance, call.now));
  const missing = ids.filter((id) => !visible.some((instance) => instance.id === id));
  if (missing.length === 0) return visible;
  throw new Refusal(
    'InvalidInstanceID.NotFound',
    missing.length === 1
      ? `The instance ID '${missing.join(', ')}' does not exist`
      : `The instance IDs '${missing.join(', ')}' do not exist`,
  );
}

function namedInstances(query: Query, call: Call): InstanceRecord[] {
  const ids = query.list('InstanceId');
  if (ids.length === 0) query.required('InstanceId');
  return findInstances(call, [...new Set(ids)]);
}

export function stopInstances(query: Query, call: Call): Record<string, Xml> {
  const instances = namedInstances(query, call);
  for (const instance of instances) checkStoppable(instance, call);
  return changeStates(call, instances, (instance) => {
    const state = stateOf(instance, call.now);
    if (state !== 'running') return instance;
    for (const [, command, onInstance] of call.tables.unfinished.all()) {
      if (onInstance === instance.id) call.afterwards({ kind: 'cancel', command, instance: instance.id });
    }
    return {
      ...instance,
      stop: { at: call.now, doneAt: call.now + call.lasts(durations.instanceStopping) },
    };
  });
}

function checkStoppable(instance: InstanceRecord, call: Call): void {
  const state = stateOf(instance, call.now);
  if (state === 'pending') {
    throw new Refusal(
      'IncorrectInstanceState',
      `Instance '${instance.id}' cannot be stopped as it has never reached the 'running' state.`,
    );
  }
  if (state === 'shutting-down' || state === 'terminated') {
    throw new Refusal(
      'IncorrectInstanceState',
      `This instance '${instance.id}' is not in a state from which it can be stopped.`,
    );
  }
  if (instance.spot) {
    throw new Refusal(
      'UnsupportedOperation',
      `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
    );
  }
}

export function terminateInstances(query: Query, call: Call): Record<string, Xml> {
  const instances = namedInstances(query, call);
  return changeStates(call, instances, (instance) => {
    if ((endOf(instance)?.at ?? Infinity) <= call.now) return instance;
    call.afterwards({ kind: 'remove-instance', instance: instance.id });
    const end = endAt(call, call.now, 'Client.UserInitiatedShutdown', 'User initiated shutdown');
    return { ...instance, ends: [...instance.ends, end] };
  });
}

function changeStates(
  call: Call,
  instances: readonly InstanceRecord[],
  change: (instance: InstanceRecord) => InstanceRecord,
): Record<string, Xml> {
  return {
    instancesSet: {
      item: instances.map((instance) => {
        const changed = change(instance);
        if (changed !== instance) call.tables.instances.put([call.region, instance.id], changed);
        // The answer shows the change as begun, also where it takes no time.
        const [before, after] = [stateOf(instance, call.now), stateOf(changed, call.now)];
        return { instanceId: instance.id, currentState: stateView(after), previousState: stateView(before) };
      }),
    },
  };
}
