/** The parameters of an EC2 call, as the query protocol flattens them. It does not know what any of them means. */
import { Refusal } from '../call.ts';

export class Query {
  readonly #values: ReadonlyMap<string, string>;
  readonly #prefix: string;

  constructor(values: ReadonlyMap<string, string>, prefix = '') {
    this.#values = values;
    this.#prefix = prefix;
  }

  text(name: string): string | undefined {
    return this.#values.get(this.#prefix + name);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') {
      throw new Refusal('MissingParameter', `The request must contain the parameter ${this.#prefix}${name}`);
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.text(name);
    if (value === undefined || value === 'false') return false;
    if (value === 'true') return true;
    throw new Refusal('InvalidParameterValue', `Invalid value '${value}' for boolean parameter ${name}`);
  }

  count(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,9}$/u.test(value)) return Number(value);
    throw new Refusal(
      'InvalidParameterValue',
      `Invalid value '${value}' for ${name}. Value must be a whole number.`,
    );
  }

  /** `InstanceId.1`, `InstanceId.2`. */
  list(name: string): string[] {
    return this.#indices(name).flatMap((index) => this.text(`${name}.${index}`) ?? []);
  }

  /** `Filter.1.Name`, `Filter.1.Value.1` as one query for each index. */
  groups(name: string): Query[] {
    return this.#indices(name).map((index) => this.group(`${name}.${index}`));
  }

  group(name: string): Query {
    return new Query(this.#values, `${this.#prefix}${name}.`);
  }

  #indices(name: string): number[] {
    const start = `${this.#prefix}${name}.`;
    const found = new Set<number>();
    for (const key of this.#values.keys()) {
      if (key.startsWith(start)) found.add(Number.parseInt(key.slice(start.length), 10));
    }
    return [...found].filter((index) => !Number.isNaN(index)).toSorted((a, b) => a - b);
  }
}

/** What would have been done is not, where the call is a trial. */
export function refuseOnTrial(query: Query): void {
  if (!query.flag('DryRun')) return;
  const message = 'Request would have succeeded, but DryRun flag is set.';
  throw new Refusal('DryRunOperation', message, { status: 412 });
}

/** Names begin with a capital whatever the client made of them: the service reads `dryRun` and `DryRun` alike. */
export const queryValues = (form: URLSearchParams): Map<string, string> =>
  new Map(
    Array.from(form, ([name, value]): [string, string] => [
      name.replaceAll(/(^|\.)([a-z])/gu, (_, dot: string, letter: string) => dot + letter.toUpperCase()),
      value,
    ]),
  );
