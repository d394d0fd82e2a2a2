/** Carries out what committed calls want of the confinement, once, in order, whichever process comes first. It does not know why. */
import type { Confinement } from './confinement-contract.ts';
import type { ConfinedEffect } from './records.ts';
import { runId } from './ssm/command-life.ts';
import type { Tables } from './store.ts';

export function noteEffect(tables: Tables, effect: ConfinedEffect): void {
  const count = (tables.counters.get('effects') ?? 0) + 1;
  tables.counters.put(['effects'], count);
  tables.effects.put([String(count).padStart(12, '0')], effect);
}

/**
 * Runs inside a transaction of its own, so that no two processes do it at once. A process killed in the middle leaves
 * the note, and the next one does it again: the confinement's methods may be repeated.
 */
export function carryOut(tables: Tables, confinement: Confinement): void {
  for (const { key, row } of Array.from(tables.effects.scan([]))) {
    try {
      apply(tables, confinement, row);
    } catch (error) {
      failed(tables, row, error instanceof Error ? error.message : String(error));
    }
    tables.effects.remove(key);
  }
}

export const hasEffects = (tables: Tables): boolean => tables.effects.scan([]).next().done !== true;

function apply(tables: Tables, confinement: Confinement, effect: ConfinedEffect): void {
  switch (effect.kind) {
    case 'prepare':
      confinement.prepareInstance(effect.instance, effect.image);
      return;
    case 'start': {
      const { command, instance, lines, timeoutSeconds, parameters } = effect;
      confinement.start({ id: runId(command, instance), instance, lines, timeoutSeconds, parameters });
      return;
    }
    case 'cancel':
      confinement.cancel(runId(effect.command, effect.instance));
      return;
    case 'capture':
      confinement.capture(effect.instance, effect.image);
      return;
    case 'remove-instance':
      for (const [, command, instance] of tables.unfinished.all()) {
        if (instance === effect.instance) confinement.cancel(runId(command, instance));
      }
      confinement.removeInstance(effect.instance);
      return;
    case 'remove-image':
      confinement.removeImage(effect.image);
  }
}

/** A full disk and the like: the command fails with it, the image ends as `failed`; what only tidies up may fail. */
function failed(tables: Tables, effect: ConfinedEffect, message: string): void {
  if (effect.kind === 'start') {
    const invocation = tables.invocations.get(effect.region, effect.command, effect.instance);
    const outcome = { exitCode: 1, stdout: '', stderr: `The sandbox cannot run this for real: ${message}\n` };
    if (invocation !== undefined) {
      tables.invocations.put([effect.region, effect.command, effect.instance], { ...invocation, outcome });
    }
  }
  if (effect.kind === 'capture') {
    const image = tables.images.get(effect.region, effect.image);
    const reason = { code: 'Client.InternalError', message: `The sandbox cannot keep the image: ${message}` };
    if (image !== undefined)
      tables.images.put([effect.region, effect.image], { ...image, outcome: 'failed', reason });
  }
}
