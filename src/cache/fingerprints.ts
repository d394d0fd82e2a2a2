/** What images were made of, kept in the bucket by digest and written once. It does not know what is in them now. */
import * as v from 'valibot';
import type { CloudFailure } from '../core/failure.ts';
import { digestOfParts, type NamedParts, type Part } from '../core/fingerprint.ts';
import { type Digest, parseDigest, templateName } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ObjectStore } from '../ports/object-store.ts';

const text = v.string();
const part = v.union([
  v.strictTuple([v.literal('format'), v.number()]),
  v.strictTuple([
    v.picklist(['base image', 'parent', 'depends on', 'architecture', 'package', 'test']),
    text,
  ]),
  v.strictTuple([v.literal('volume'), v.number()]),
  v.strictTuple([v.literal('user'), v.strictObject({ gid: v.number(), name: text, uid: v.number() })]),
  v.strictTuple([
    v.literal('mount'),
    v.strictObject({ bucket: text, mountPoint: text, readOnly: v.boolean() }),
  ]),
  v.strictTuple([v.literal('step'), v.strictObject({ arguments: v.array(text), name: text, script: text })]),
  v.strictTuple([v.literal('input'), v.strictObject({ digest: text, executable: v.boolean(), path: text })]),
  v.strictTuple([v.literal('secret'), v.strictObject({ name: text, parameter: text })]),
]);
const nameSchema = v.pipe(text, v.maxLength(256), v.transform(templateName));
const keptSchema = v.object({
  template: nameSchema,
  parent: v.nullable(nameSchema),
  dependsOn: v.array(v.strictTuple([nameSchema, v.custom<Digest>((one) => isDigest(one))])),
  parts: v.array(part),
});

const isDigest = (one: unknown): boolean => typeof one === 'string' && parseDigest(one) !== undefined;

const keyOf = (prefix: string, digest: Digest): string => `${prefix}fingerprints/${digest}.json`;

/** The same digest has the same parts, so that whoever was first has written them for all. */
export async function keepFingerprint(
  store: ObjectStore,
  prefix: string,
  digest: Digest,
  kept: NamedParts,
): Promise<Result<void, CloudFailure>> {
  const key = keyOf(prefix, digest);
  const outcome = await store.put(key, `${JSON.stringify(kept)}\n`, { absent: true });
  switch (outcome.kind) {
    case 'stored':
    case 'precondition-failed':
      return ok(undefined);
    case 'unknown':
    case 'refused':
      return fail(outcome.failure);
    case 'conflict':
    case 'missing':
      return fail({
        code: 'cloud',
        awsCode: 'ConditionalRequestConflict',
        operation: 's3:PutObject',
        message: `${key}: others write it too`,
        nature: 'unknown',
      });
  }
}

/**
 * Those of `digests`, and of what they stood on as far as that is not among `current`; those that were not kept, or are not
 * what their digest says, are left out. An explanation can do without: a failure of the store is one more that was not kept.
 */
export async function readFingerprints(
  store: ObjectStore,
  prefix: string,
  digests: Iterable<Digest>,
  current: ReadonlySet<Digest>,
): Promise<ReadonlyMap<Digest, NamedParts>> {
  const found = new Map<Digest, NamedParts>();
  const asked = new Set<Digest>();
  let next = [...digests];
  while (next.length > 0) {
    const wanted = [...new Set(next)].filter((digest) => !asked.has(digest) && !current.has(digest));
    for (const digest of wanted) asked.add(digest);
    next = [];
    for (const [digest, kept] of await readMany(store, prefix, wanted)) {
      found.set(digest, kept);
      next.push(...below(kept.parts));
    }
  }
  return found;
}

const atOnce = 16;

async function readMany(
  store: ObjectStore,
  prefix: string,
  digests: readonly Digest[],
): Promise<(readonly [Digest, NamedParts])[]> {
  const found: (readonly [Digest, NamedParts])[] = [];
  for (let at = 0; at < digests.length; at += atOnce) {
    const some = digests.slice(at, at + atOnce);
    const stored = await Promise.all(some.map((digest) => store.get(keyOf(prefix, digest))));
    for (const [index, digest] of some.entries()) {
      const answer = stored[index];
      const kept = answer?.ok === true && answer.value?.text != null ? parse(answer.value.text) : undefined;
      if (kept !== undefined && digestOfParts(kept.parts) === digest) found.push([digest, kept]);
    }
  }
  return found;
}

function parse(written: string): NamedParts | undefined {
  try {
    const checked = v.safeParse(keptSchema, JSON.parse(written));
    return checked.success ? checked.output : undefined;
  } catch {
    return undefined;
  }
}

/** The digests of the images that a recipe stands on. */
const below = (parts: readonly Part[]): Digest[] =>
  parts.flatMap(([name, value]) =>
    name === 'parent' || name === 'depends on' ? (parseDigest(value) ?? []) : [],
  );
