/** What a step that failed has printed, kept in a file and told in its last lines. It does not know why it failed. */
import { stepLogName } from '../cache/step-logs.ts';
import { redact } from '../core/credentials.ts';
import type { CommandResult } from '../ports/builder.ts';
import type { Build } from './build.ts';

const lastLines = 15;
const longestLine = 1000;
/** Of a log that is too large to be read whole. */
const lastBytes = 1024 * 1024;

export interface Printed {
  readonly tail: readonly string[];
  /** A file that holds all of it; null: it could not be written. */
  readonly log: string | null;
  /** The URL of the object that holds all of it; null: there is none. */
  readonly stored: string | null;
}

export interface StepPlace {
  readonly step: string;
  /** As people see it. */
  readonly index: number;
  readonly count: number;
}

export async function printedBy(
  { ctx, journal }: Build,
  { step, index, count }: StepPlace,
  result: CommandResult,
): Promise<Printed> {
  const parts: string[] = [];
  let stored: string | null = null;
  for (const key of result.logKeys) {
    const text = await stepText(ctx, key);
    if (text === undefined) continue;
    parts.push(text);
    stored ??= `s3://${ctx.bucket}/${key}`;
  }
  // SSM keeps its beginning at least.
  const whole = redact(parts.length > 0 ? parts.join('') : result.output);
  const name = `${stepLogName(index, count, step)}.log`;
  const log = await ctx.files.write(`.amigraph/logs/${journal.buildId}/${name}`, whole);
  const tail = whole.trim() === '' ? [] : whole.trimEnd().split('\n').slice(-lastLines);
  return { tail: tail.map((line) => line.slice(-longestLine)), log: log ?? null, stored };
}

/** All of it, or where that is too much, its end. */
async function stepText({ store, bucket }: Build['ctx'], key: string): Promise<string | undefined> {
  const stored = await store.get(key);
  if (!stored.ok || stored.value === undefined) return undefined;
  if (stored.value.text !== null) return stored.value.text;
  const part = await store.part(key, -lastBytes, lastBytes);
  if (!part.ok || part.value === undefined) return undefined;
  const text = new TextDecoder().decode(part.value.bytes);
  return `... what was before is in s3://${bucket}/${key}\n${text.slice(text.indexOf('\n') + 1)}`;
}
