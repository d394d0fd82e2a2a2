/** The members of an SSM call's JSON body, checked for their types. It does not know what any of them means. */
import { Refusal } from '../call.ts';

export class Body {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: unknown) {
    if (typeof values !== 'object' || values === null || Array.isArray(values)) throw unserializable();
    this.#values = Object.fromEntries(Object.entries(values));
  }

  text(name: string): string | undefined {
    const value = this.#values[name] ?? undefined;
    if (value !== undefined && typeof value !== 'string') throw unserializable(name);
    return value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw invalid(name, 'Member must not be null');
    return value;
  }

  flag(name: string): boolean {
    const value = this.#values[name] ?? false;
    if (typeof value !== 'boolean') throw unserializable(name);
    return value;
  }

  count(name: string, least: number, most: number): number | undefined {
    const value = this.#values[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'number') throw unserializable(name);
    if (value < least || value > most) {
      throw invalid(name, `Member must have value between ${least} and ${most}`);
    }
    return value;
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#values[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw unserializable(name);
    return value.map((one: unknown) => {
      if (typeof one !== 'string') throw unserializable(name);
      return one;
    });
  }

  bodies(name: string): readonly Body[] {
    const value = this.#values[name] ?? [];
    if (!Array.isArray(value)) throw unserializable(name);
    return value.map((one: unknown) => new Body(one));
  }

  /** A map of lists of texts. */
  lists(name: string): Readonly<Record<string, readonly string[]>> {
    const value = this.#values[name] ?? {};
    if (typeof value !== 'object' || value === null) throw unserializable(name);
    const lists = new Body(value);
    return Object.fromEntries(Object.keys(value).map((key) => [key, lists.texts(key) ?? []]));
  }

  /** What fault rules match: texts as they are, all else as JSON. */
  flat(): Map<string, string> {
    return new Map(
      Object.entries(this.#values).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
  }
}

export const invalid = (name: string, why: string): Refusal =>
  new Refusal(
    'ValidationException',
    `1 validation error detected: Value at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: ${why}`,
  );

const unserializable = (name?: string): Refusal =>
  new Refusal(
    'SerializationException',
    name === undefined ? 'The body is not a JSON object' : `${name} has the wrong type`,
  );

/** One page of things that are in order already; `nextToken` holds how many came before. */
export function pageOf<Thing>(
  body: Body,
  things: readonly Thing[],
  { least, most }: { least: number; most: number },
): { things: readonly Thing[]; nextToken?: string } {
  const size = body.count('MaxResults', least, most) ?? most;
  const token = body.text('NextToken');
  const from =
    token === undefined || token === '' ? 0 : Number(Buffer.from(token, 'base64').toString('utf8'));
  if (!Number.isSafeInteger(from)) throw new Refusal('InvalidNextToken', 'The specified token is not valid.');
  const until = from + size;
  return {
    things: things.slice(from, until),
    ...(until < things.length && { nextToken: Buffer.from(String(until)).toString('base64') }),
  };
}
