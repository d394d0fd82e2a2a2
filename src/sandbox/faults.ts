/** The rules by which the sandbox misbehaves, and how they are read from JSON. It does not know which call a rule meets. */
import { operations } from './operations.ts';
import type { Service } from './operations.ts';

export interface FaultRule {
  /** `ec2:RunInstances`, `s3:*` or `*`. */
  readonly operation: string;
  /** So many calls that the rule applies to pass unharmed first. */
  readonly skip: number;
  /** How many calls it then meets. */
  readonly times: number | 'always';
  /**
   * A part of the value of each named parameter, as the request carries it: `ClientToken`, `TagSpecification.1.Tag.1.Value`
   * for EC2, `Comment` for SSM, `Bucket`, `Key` and header names for S3. The name `*` stands for any parameter.
   */
  readonly match: Readonly<Record<string, string>>;
  readonly fault: Fault;
}

export type Fault =
  /** The service refuses; with `afterEffect` it has done the thing all the same. */
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly status: number;
      readonly message: string;
      readonly afterEffect: boolean;
    }
  /** The connection breaks, before or after the thing was done. */
  | { readonly kind: 'reset-before' }
  | { readonly kind: 'reset-after' }
  /** The answer takes `ms` longer. This and all other times are AWS's, divided by the sandbox's speed. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** SendCommand: the command fails, after its usual time. */
  | { readonly kind: 'fail-step'; readonly exitCode: number; readonly output: string }
  /** SendCommand: the command never ends by itself. */
  | { readonly kind: 'hang-step' }
  /** SendCommand: the instance loses its agent after `ms`, and with it whatever is running. */
  | { readonly kind: 'lose-agent'; readonly ms: number }
  /** CreateImage: the image ends so. */
  | { readonly kind: 'image-failed'; readonly message: string }
  | { readonly kind: 'image-error'; readonly message: string }
  /** RunInstances: there is no room, at once or after the launch was accepted. */
  | { readonly kind: 'lost-capacity'; readonly later: boolean }
  /** RunInstances: Spot takes the instance away `ms` after the launch. */
  | { readonly kind: 'interrupt-spot'; readonly ms: number }
  /** RunInstances, CreateImage, SendCommand: what was made stays invisible for `ms`. */
  | { readonly kind: 'hidden'; readonly ms: number };

export type FaultKind = Fault['kind'];

/** How each kind is read: which fields it has, of which type, and what they are where nothing is written. */
const faultReaders: { readonly [Kind in FaultKind]: (fields: Fields) => Fault } = {
  error: (fields) => ({
    kind: 'error',
    code: fields.text('code'),
    status: fields.count('status', 400),
    message: fields.text('message', 'A fault of the sandbox.'),
    afterEffect: fields.flag('afterEffect'),
  }),
  'reset-before': () => ({ kind: 'reset-before' }),
  'reset-after': () => ({ kind: 'reset-after' }),
  delay: (fields) => ({ kind: 'delay', ms: fields.count('ms') }),
  'fail-step': (fields) => ({
    kind: 'fail-step',
    exitCode: fields.count('exitCode', 1),
    output: fields.text('output', 'A fault of the sandbox: the step was made to fail.'),
  }),
  'hang-step': () => ({ kind: 'hang-step' }),
  'lose-agent': (fields) => ({ kind: 'lose-agent', ms: fields.count('ms', 0) }),
  'image-failed': (fields) => ({ kind: 'image-failed', message: fields.text('message', imageFailed) }),
  'image-error': (fields) => ({ kind: 'image-error', message: fields.text('message', imageFailed) }),
  'lost-capacity': (fields) => ({ kind: 'lost-capacity', later: fields.flag('later') }),
  'interrupt-spot': (fields) => ({ kind: 'interrupt-spot', ms: fields.count('ms', 0) }),
  hidden: (fields) => ({ kind: 'hidden', ms: fields.count('ms') }),
};

const imageFailed = 'Client.InternalError: Image creation failed.';

/** The only operations at which a kind means anything; the others fit all. */
const onlyAt: Readonly<Partial<Record<FaultKind, readonly string[]>>> = {
  'fail-step': ['ssm:SendCommand'],
  'hang-step': ['ssm:SendCommand'],
  'lose-agent': ['ssm:SendCommand'],
  'image-failed': ['ec2:CreateImage'],
  'image-error': ['ec2:CreateImage'],
  'lost-capacity': ['ec2:RunInstances'],
  'interrupt-spot': ['ec2:RunInstances'],
  hidden: ['ec2:RunInstances', 'ec2:CreateImage', 'ssm:SendCommand'],
};

const ruleFields = ['operation', 'skip', 'times', 'match', 'fault'];

type Parsed<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: string };

class BadRule extends Error {}

export function parseFaults(text: string): Parsed<FaultRule[]> {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch (error) {
    return { ok: false, error: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!Array.isArray(written))
    return { ok: false, error: 'not a list of rules: [{"operation": ..., "fault": ...}]' };
  const rules: FaultRule[] = [];
  for (const [index, rule] of written.entries()) {
    try {
      rules.push(readRule(rule));
    } catch (error) {
      if (!(error instanceof BadRule)) throw error;
      return { ok: false, error: `rule ${index}: ${error.message}` };
    }
  }
  return { ok: true, value: rules };
}

function readRule(written: unknown): FaultRule {
  const rule = readObject('the rule', written, ruleFields);
  const operation = readOperation(rule['operation']);
  const fault = readFault(rule['fault']);
  const at = onlyAt[fault.kind];
  if (at !== undefined && !at.includes(operation)) {
    throw new BadRule(
      `fault.kind ${fault.kind} goes with operation ${at.join(' or ')}, not with ${operation}`,
    );
  }
  return {
    operation,
    skip: rule['skip'] === undefined ? 0 : readCount('skip', rule['skip']),
    times:
      rule['times'] === 'always'
        ? 'always'
        : rule['times'] === undefined
          ? 1
          : readCount('times', rule['times'], ' or "always"'),
    match: readMatch(rule['match']),
    fault,
  };
}

function readOperation(written: unknown): string {
  const services = Object.keys(operations);
  if (typeof written === 'string') {
    if (written === '*') return written;
    const [service = '', name = '', ...rest] = written.split(':');
    if (isService(service) && rest.length === 0) {
      const names: readonly string[] = operations[service];
      if (name === '*' || names.includes(name)) return written;
      throw new BadRule(
        `operation ${written} is not one of the sandbox's: ${service}:* or ${service}: with ${names.join(', ')}`,
      );
    }
  }
  throw new BadRule(
    `operation must be "<service>:<Operation>", "<service>:*" or "*", with a service of ${services.join(', ')}; it is ${JSON.stringify(written)}`,
  );
}

const isService = (name: string): name is Service => Object.hasOwn(operations, name);

function readMatch(written: unknown): Readonly<Record<string, string>> {
  if (written === undefined) return {};
  const match = readObject('match', written);
  for (const [name, part] of Object.entries(match)) {
    if (typeof part !== 'string')
      throw new BadRule(`match.${name} must be a text; it is ${JSON.stringify(part)}`);
  }
  return Object.fromEntries(Object.entries(match).map(([name, part]) => [name, String(part)]));
}

function readFault(written: unknown): Fault {
  const { kind, ...rest } = readObject('fault', written);
  if (typeof kind !== 'string' || !isKind(kind)) {
    throw new BadRule(
      `fault.kind must be one of ${Object.keys(faultReaders).join(', ')}; it is ${JSON.stringify(kind)}`,
    );
  }
  const fields = new Fields(rest);
  const fault = faultReaders[kind](fields);
  readObject('fault', rest, [...fields.names]);
  return fault;
}

const isKind = (kind: string): kind is FaultKind => Object.hasOwn(faultReaders, kind);

/** The fields of a fault; it remembers which were asked for, which are those that there may be. */
class Fields {
  readonly names = new Set<string>();
  readonly #written: Readonly<Record<string, unknown>>;

  constructor(written: Readonly<Record<string, unknown>>) {
    this.#written = written;
  }

  text(name: string, otherwise?: string): string {
    const value = this.#value(name, otherwise, 'a text');
    if (typeof value === 'string') return value;
    throw new BadRule(`fault.${name} must be a text; it is ${JSON.stringify(value)}`);
  }

  count(name: string, otherwise?: number): number {
    return readCount(`fault.${name}`, this.#value(name, otherwise, 'a whole number'));
  }

  flag(name: string): boolean {
    const value = this.#value(name, false, 'true or false');
    if (typeof value === 'boolean') return value;
    throw new BadRule(`fault.${name} must be true or false; it is ${JSON.stringify(value)}`);
  }

  #value(name: string, otherwise: unknown, type: string): unknown {
    this.names.add(name);
    const value = this.#written[name] ?? otherwise;
    if (value === undefined) throw new BadRule(`fault.${name} is missing: ${type}`);
    return value;
  }
}

function readCount(name: string, written: unknown, or = ''): number {
  if (typeof written === 'number' && Number.isSafeInteger(written) && written >= 0) return written;
  throw new BadRule(`${name} must be a whole number of 0 or more${or}; it is ${JSON.stringify(written)}`);
}

function readObject(what: string, written: unknown, allowed?: readonly string[]): Record<string, unknown> {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    throw new BadRule(`${what} must be an object; it is ${JSON.stringify(written)}`);
  }
  const unknown = allowed && Object.keys(written).find((name) => !allowed.includes(name));
  if (unknown !== undefined) {
    throw new BadRule(
      `${what} has no field ${JSON.stringify(unknown)}; it may have ${allowed?.join(', ') || 'none'}`,
    );
  }
  return Object.fromEntries(Object.entries(written));
}
