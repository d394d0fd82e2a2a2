/** Where the whole logs of a build's steps lie in the bucket, and which there are. It does not know what they say. */
import type { CloudFailure } from '../core/failure.ts';
import { byCodeUnits } from '../core/order.ts';
import { ok, type Result } from '../core/result.ts';
import type { ObjectStore } from '../ports/object-store.ts';

const longestName = 60;

/** A step's name as a part of a key or of a file's name. */
const plain = (name: string): string => name.replaceAll(/[^A-Za-z0-9@._+-]+/g, '-').slice(0, longestName);

/** `03-package-gcc@13.2.0`: in the order of `index`, which is what people see, of `count`. */
export const stepLogName = (index: number, count: number, step: string): string =>
  `${String(index).padStart(Math.max(2, String(count).length), '0')}-${plain(step)}`;

const logsPrefix = (prefix: string, buildId: string): string => `${prefix}logs/${buildId}/`;

/** What the SSM agent writes a step's output below, in folders of its own. */
export const stepLogPrefix = (prefix: string, buildId: string, name: string): string =>
  `${logsPrefix(prefix, buildId)}${name}`;

export interface StepLog {
  readonly index: number;
  /** `package-gcc@13.2.0`. */
  readonly step: string;
  /** Of one command each, which a build that was gone on with may have sent more than once: the objects of its output, in order. */
  readonly commands: readonly (readonly string[])[];
}

/** Of the steps that have ended, in their order. */
export async function stepLogs(
  store: Pick<ObjectStore, 'list'>,
  prefix: string,
  buildId: string,
): Promise<Result<StepLog[], CloudFailure>> {
  const below = logsPrefix(prefix, buildId);
  const keys = await store.list(below);
  if (!keys.ok) return keys;
  const logs = new Map<string, Map<string, string[]>>();
  for (const key of keys.value) {
    const [name = '', command = '', ...rest] = key.slice(below.length).split('/');
    // Earlier versions had the index alone.
    if (!/^\d+(-|$)/.test(name) || !/^(stdout|stderr)$/.test(rest.at(-1) ?? '')) continue;
    const commands = logs.get(name) ?? new Map<string, string[]>();
    // What was printed before what the agent says of it.
    commands.set(
      command,
      [...(commands.get(command) ?? []), key].toSorted((a, b) => byCodeUnits(b, a)),
    );
    logs.set(name, commands);
  }
  const found = [...logs].map(([name, commands]): StepLog => {
    const [, index = '', step = ''] = /^(\d+)-?(.*)$/s.exec(name) ?? [];
    return { index: Number(index), step, commands: [...commands.values()] };
  });
  return ok(found.toSorted((a, b) => a.index - b.index || byCodeUnits(a.step, b.step)));
}

/** `word`: a step's index, or its name. */
export function meantLogs(word: string, logs: readonly StepLog[]): StepLog[] {
  const byName = logs.filter(({ step }) => step !== '' && step === plain(word));
  if (byName.length > 0 || !/^\d+$/.test(word)) return byName;
  return logs.filter(({ index }) => index === Number(word));
}
