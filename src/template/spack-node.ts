/** One package of a Spack spec with its version, variants and hash. It does not know what it is to the others. */
import { byCodeUnits } from '../core/order.ts';
import type { SpackNode, SpackSwitch, SpackValue, SpackVariant } from '../core/spack-spec.ts';
import { shown, type SpackCursor } from './spack-cursor.ts';
import { readValue } from './spack-value.ts';
import { readVersion } from './spack-version.ts';

const packageName = /\w[\w-]*(?:\.\w[\w-]*)*(?:\+\+(?=$|[@\s+~%^/]))?/y;
const variantName = /\w[\w.-]*/y;
const operator = /:?==?/y;
const hash = /\w+/y;
const path = /[\w./-]+/y;

/** `gcc`, `builtin.gcc`, and `bonnie++`, where nothing follows that `++` could turn on. */
export const takeName = (cursor: SpackCursor): string | undefined => cursor.take(packageName);

/** As {@link takeName}, but undefined where a key begins. */
export function readName(cursor: SpackCursor): string | undefined {
  const start = cursor.at;
  const name = takeName(cursor);
  if (name === undefined || !isOperator(cursor)) return name;
  cursor.at = start;
  return undefined;
}

const isOperator = ({ text, at, char }: SpackCursor): boolean =>
  char === '=' || (char === ':' && text.charAt(at + 1) === '=');

/** Spack reads a file where it finds the name of one. */
export function failFile(cursor: SpackCursor): undefined {
  const start = cursor.at;
  const file = cursor.take(path);
  cursor.at = start;
  if (file === undefined || !/\.(?:json|yaml)/.test(file)) return undefined;
  return cursor.fail(
    start,
    `${shown(file)} names a file`,
    "write the package's name: a template installs packages by name",
  );
}

/** The rest of the node that begins here, up to the next one; `name` was read before it. */
export function readNode(cursor: SpackCursor, name: string | undefined): SpackNode | undefined {
  const nameEnd = cursor.at;
  const what = shown(name ?? 'the dependency');
  const variants: SpackVariant[] = [];
  let names: Set<string> | undefined;
  let version: string | undefined;
  let hashed: string | undefined;
  for (;;) {
    cursor.skipSpace();
    const { at, char } = cursor;
    switch (char) {
      case '':
      case '%':
      case '^':
        return { package: name, version, variants: inOrder(variants), hash: hashed };
      case '@':
        if (version !== undefined) return failTwo(cursor, `${what} has a second version`);
        version = readVersion(cursor);
        break;
      case '/':
        if (hashed !== undefined) return failTwo(cursor, `${what} has a second hash`);
        hashed = readHash(cursor);
        break;
      default: {
        const variant =
          char === '+' || char === '~' || char === '-'
            ? readSwitch(cursor, at === nameEnd ? name : undefined)
            : readKeyAndValue(cursor);
        if (variant === undefined) return undefined;
        // Most have few, and a set costs more than a look at those.
        if (variants.length === few) names = new Set(variants.map((one) => one.name));
        if (names?.has(variant.name) ?? variants.some((one) => one.name === variant.name)) {
          if (joinFlags(variants, variant)) break;
          return cursor.fail(at, `${what} has ${shown(variant.name)} twice`, 'keep one of them');
        }
        const same = ofTheMachine.has(variant.name) && variants.find((one) => saySame(one, variant));
        if (same)
          return cursor.fail(
            at,
            `${what} has ${same.name} and ${variant.name}, which say the same`,
            'keep one of them',
          );
        names?.add(variant.name);
        variants.push(variant);
      }
    }
    if (cursor.problem !== undefined) return undefined;
  }
}

/** Which Spack adds to each other. */
const compilerFlags = new Set(['cflags', 'cppflags', 'cxxflags', 'fflags', 'ldflags', 'ldlibs']);

/** True where it is more of flags that are there, which have it now. */
function joinFlags(variants: SpackVariant[], more: SpackVariant): boolean {
  const at = variants.findIndex(({ name }) => name === more.name);
  const there = variants[at];
  if (!compilerFlags.has(more.name) || there?.value === undefined) return false;
  if (typeof there.value === 'boolean' || typeof more.value === 'boolean') return false;
  if (there.propagate !== more.propagate) return false;
  variants[at] = { ...there, value: `${there.value} ${more.value}` };
  return true;
}

/** Architecture is the platform, the system and the target in one. */
function saySame({ name: one }: SpackVariant, { name: other }: SpackVariant): boolean {
  if (!ofTheMachine.has(one)) return false;
  const whole = (name: string): boolean => name.startsWith('arch');
  const isSystem = (name: string): boolean => name === 'os' || name === 'operating_system';
  return whole(one) || whole(other) || (isSystem(one) && isSystem(other));
}

const few = 8;

/** On and off first, then values, each by name. */
function inOrder(variants: SpackVariant[]): SpackVariant[] {
  const [first, second] = variants;
  if (first === undefined || second === undefined) return variants;
  // A sort costs more than a look, and most have two.
  if (variants.length === 2) return compare(first, second) > 0 ? [second, first] : variants;
  return variants.toSorted(compare);
}

const compare = (a: SpackVariant, b: SpackVariant): number =>
  rank(a) - rank(b) || byCodeUnits(a.name, b.name);

const rank = ({ value }: SpackVariant): number => (typeof value === 'boolean' ? 0 : 1);

const failTwo = (cursor: SpackCursor, message: string): undefined =>
  cursor.fail(cursor.at, message, 'keep one of them, or make each spec an entry of its own');

/** `+mpi`, `~mpi`, `-mpi`, `++mpi`; `name` is the package's where the sign stands directly behind it. */
function readSwitch(cursor: SpackCursor, name: string | undefined): SpackSwitch | undefined {
  const { at, char: sign } = cursor;
  cursor.at += 1;
  const propagate = cursor.takeChar(sign);
  const signs = propagate ? sign + sign : sign;
  cursor.skipSpace();
  const variant = cursor.take(variantName);
  if (variant === undefined) {
    const orName =
      sign === '+' && name !== undefined
        ? `, or write the name that Spack has for the package, such as ${shown(name)}-plus`
        : ', or take it out';
    return cursor.fail(at, `${signs} has no variant's name after it`, `write one after it${orName}`);
  }
  if (cursor.char === '=' || cursor.char === ':') {
    const key = shown(variant);
    return cursor.fail(
      at,
      `${signs}${key} is on or off and has no value`,
      `write ${key}=value without ${signs}, or take the value out`,
    );
  }
  return { name: variant, value: sign === '+', propagate };
}

/** Spack's reserved names, of those that are written like variants. */
const ofTheMachine = new Set(['arch', 'architecture', 'os', 'operating_system', 'platform', 'target']);

/** `key=value`, `key==value`, `key:=value`. */
function readKeyAndValue(cursor: SpackCursor): SpackValue | undefined {
  const start = cursor.at;
  const name = cursor.take(variantName);
  if (name === undefined) return cursor.failHere();
  const sign = cursor.take(operator);
  if (sign === undefined) {
    cursor.skipSpace();
    if (cursor.char === '=') {
      return cursor.fail(
        cursor.at,
        `a space is between ${shown(name)} and =`,
        `write ${shown(name)}=value without spaces`,
      );
    }
    return cursor.fail(start, `${shown(name)} begins a second spec`, 'make each spec an entry of its own');
  }
  if (sign === '==' && ofTheMachine.has(name)) {
    return cursor.fail(
      start,
      `${name} cannot be handed on with ==`,
      `write ${name}=, which is for all of them`,
    );
  }
  const value = readValue(cursor, name + sign);
  if (value === undefined) return undefined;
  return { name, value, propagate: sign.endsWith('=='), concrete: sign.startsWith(':') };
}

/** `/abcdef` */
function readHash(cursor: SpackCursor): string | undefined {
  const start = cursor.at;
  failFile(cursor);
  cursor.at += 1;
  return (
    cursor.take(hash) ?? cursor.fail(start, '/ has no hash after it', 'write a hash after it, or take it out')
  );
}
