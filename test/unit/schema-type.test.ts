/** The schema of amifile.ts accepts what the documented type allows, and nothing else: the compiler checks it. */
import type * as v from 'valibot';
import { expect, test } from 'vitest';
import type { configSchema } from '../../src/config/schema.ts';
import type { WrittenConfig } from '../../src/config/written-config.ts';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

/** Without `readonly`, and with every key optional, which the two write differently. */
type Bare<T> = T extends readonly (infer Item)[]
  ? Bare<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]?: Bare<Exclude<T[Key], undefined>> }
    : T;

test('the schema and the type are the same', () => {
  const same: Same<Bare<v.InferOutput<typeof configSchema>>, Bare<WrittenConfig>> = true;
  expect(same).toBe(true);
});
