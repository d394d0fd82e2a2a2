/** What the clock makes of an instance: its state, its agent, its end. It changes nothing. */
import type { InstanceRecord, PlannedEnd, Time } from '../records.ts';

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export const stateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** The first end that comes, whether or not it has come yet. */
export function endOf(instance: InstanceRecord): PlannedEnd | undefined {
  const stoppedAt = instance.stop?.at ?? Infinity;
  return instance.ends
    .filter((end) => !end.byItself || end.at < stoppedAt)
    .toSorted((a, b) => a.at - b.at)[0];
}

export function stateOf(instance: InstanceRecord, now: Time): InstanceState {
  const end = endOf(instance);
  if (end !== undefined && now >= end.at) return now >= end.doneAt ? 'terminated' : 'shutting-down';
  if (instance.stop !== undefined && now >= instance.stop.at) {
    return now >= instance.stop.doneAt ? 'stopped' : 'stopping';
  }
  return now >= instance.runningAt ? 'running' : 'pending';
}

export const isGone = (instance: InstanceRecord, now: Time): boolean =>
  now >= (endOf(instance)?.goneAt ?? Infinity);

/** When the agent falls silent for good: with the system under it, or by itself. */
export const agentEndOf = (instance: InstanceRecord): Time =>
  Math.min(instance.agentLostAt ?? Infinity, instance.stop?.at ?? Infinity, endOf(instance)?.at ?? Infinity);

export const isOnline = (instance: InstanceRecord, now: Time): boolean =>
  now >= instance.onlineAt && now < agentEndOf(instance);
