/** From a request to its answer: one transaction, with the faults that meet it. It does not know any operation. */
import { leastLimit } from './durations.ts';
import type { WireRequest, WireResponse } from '../core/wire.ts';
import { WireReset } from '../core/wire.ts';
import type { Call, Operation } from './call.ts';
import { Refusal } from './call.ts';
import type { Confinement } from './confinement-contract.ts';
import { ec2Operation } from './ec2/ec2.ts';
import { carryOut, hasEffects, noteEffect } from './effects.ts';
import type { CountedRule } from './fault-firing.ts';
import { firingFaults } from './fault-firing.ts';
import type { Fault } from './faults.ts';
import { idsOf } from './ids.ts';
import type { Service } from './operations.ts';
import type { ConfinedEffect } from './records.ts';
import type { Route } from './route.ts';
import { routeOf } from './route.ts';
import { s3Operation } from './s3/s3.ts';
import { settleCommands } from './ssm/settle.ts';
import { quotasOperation } from './quotas.ts';
import { ssmOperation } from './ssm/ssm.ts';
import type { Store } from './store.ts';
import { stsOperation } from './sts.ts';
import { SandboxUnavailable } from './unavailable.ts';

export interface World {
  readonly store: Store;
  readonly speed: number;
  readonly now: () => number;
  readonly rules: readonly CountedRule[];
  readonly confinement: Confinement | undefined;
}

export interface Answer {
  /** Absent: the connection breaks. */
  readonly response?: WireResponse;
  /** How long the answer is held back. */
  readonly delayMs: number;
  /** Why the sandbox could not do what it was asked. */
  readonly unavailable?: SandboxUnavailable;
}

/**
 * A sandbox that cannot be used answers so, as a service that refuses: whoever asks would take a broken connection for
 * one to be tried again.
 */
export function answer(world: World, request: WireRequest): Answer {
  const route = routeOf(request);
  const operation = services[route.service](request, route);
  try {
    return performOn(world, route, operation, request.body.length);
  } catch (error) {
    if (!(error instanceof SandboxUnavailable)) throw error;
    const refusal = new Refusal('SandboxUnavailable', error.message);
    return { delayMs: 0, response: operation.refuse(refusal), unavailable: error };
  }
}

function performOn(world: World, route: Route, operation: Operation, bytes: number): Answer {
  const { tables } = world.store;
  const result = world.store.transact(() => {
    const faults = firingFaults(world.rules, tables, operation.name, operation.parameters);
    const call = callOf(world, route, faults);
    settleCommands(tables, call.now, world.confinement, call.afterwards);
    const delayMs = faults.reduce(
      (sum, fault) => sum + (fault.kind === 'delay' ? call.lasts(fault.ms) : 0),
      0,
    );
    const response = responseOf(operation, call);
    return { delayMs, ...(response !== undefined && { response }), effects: hasEffects(tables) };
  }, bytes);
  const { confinement } = world;
  if (result.effects && confinement !== undefined) world.store.transact(() => carryOut(tables, confinement));
  return result;
}

export async function hold(answered: Answer, pause: (ms: number) => Promise<void>): Promise<WireResponse> {
  if (answered.delayMs > 0) await pause(answered.delayMs);
  if (answered.response === undefined)
    throw new WireReset('The connection was reset by a fault of the sandbox.');
  return answered.response;
}

const services: { readonly [Name in Service]: (request: WireRequest, route: Route) => Operation } = {
  ec2: ec2Operation,
  ssm: ssmOperation,
  sts: stsOperation,
  s3: s3Operation,
  servicequotas: quotasOperation,
};

function callOf(world: World, route: Route, faults: readonly Fault[]): Call {
  const { tables } = world.store;
  const confined = world.confinement !== undefined;
  const afterwards = (effect: ConfinedEffect): void => {
    if (confined) noteEffect(tables, effect);
  };
  return {
    tables,
    region: route.region,
    now: world.now(),
    faults,
    lasts: (ms) => Math.ceil(ms / world.speed),
    limits: (ms) => Math.ceil(Math.max(ms / world.speed, Math.min(ms, leastLimit))),
    ids: idsOf(tables),
    confined,
    afterwards,
  };
}

function responseOf(operation: Operation, call: Call): WireResponse | undefined {
  const error = call.faults.find((fault) => fault.kind === 'error');
  const refused = error && operation.refuse(new Refusal(error.code, error.message, { status: error.status }));
  if (call.faults.some((fault) => fault.kind === 'reset-before')) return undefined;
  if (refused !== undefined && error?.afterEffect === false) return refused;
  const response = performed(operation, call);
  if (call.faults.some((fault) => fault.kind === 'reset-after')) return undefined;
  return refused ?? response;
}

function performed(operation: Operation, call: Call): WireResponse {
  try {
    return operation.perform(call);
  } catch (error) {
    if (error instanceof Refusal) return operation.refuse(error);
    throw error;
  }
}
