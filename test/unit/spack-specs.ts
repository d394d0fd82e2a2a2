/** Any Spack spec, in parts and in one of its many spellings. It does not know the parser. */
import * as fc from 'fast-check';
import { byCodeUnits } from '../../src/core/order.ts';
import type {
  SpackDependency,
  SpackEdge,
  SpackNode,
  SpackSpec,
  SpackVariant,
} from '../../src/core/spack-spec.ts';
import { dependenciesText, nodeText } from '../../src/template/spack-spec-text.ts';

const anyOf = (characters: string) => fc.constantFrom(...characters.split(''));
const letters = (characters: string, most: number) =>
  fc.string({ unit: anyOf(characters), minLength: 1, maxLength: most });
const word = letters('ab1_', 3);
const joined = (by: string) => fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(by));

const name = fc
  .tuple(fc.oneof(word, joined('-'), joined('.')), fc.constantFrom('', '', '', '-', '++'))
  .map((parts) => parts.join(''));
const variantName = fc.oneof(word, joined('-'), joined('.'));

const plain = fc.oneof(fc.constantFrom('1.2', '3.3a', '20230802', 'main', '1-rc.1'), word);
const range = fc.constantFrom(':', '1.2:', ':1.4', '1.2:1.4');
const item = fc.oneof(
  plain,
  range,
  plain.map((text) => `=${text}`),
);
const commit = fc.string({ unit: anyOf('0a9F'), minLength: 40, maxLength: 40 });
const reference = fc.oneof(fc.constantFrom('git.main', 'git.feature/x', 'git.v1.2-'), commit);
/** What begins like a git version is one at the beginning alone. */
const version = fc.oneof(
  fc
    .tuple(fc.uniqueArray(item, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '', ',git.main'))
    .map(([items, last]) => items.toSorted().join(',') + last),
  reference,
  fc.tuple(reference, plain).map((parts) => parts.join('=')),
);

/** A `\` at the end can only be written where there are no quotes. */
const bare = letters(String.raw`a1-+*.,:=%^~/\_`, 6).filter((text) => !/^=.*\\$/.test(text));
const inQuotes = fc
  .string({ unit: anyOf('a \'"\\;$[]é`'), maxLength: 6 })
  .filter((text) => !text.endsWith('\\'));
const value = fc.oneof(bare, inQuotes);

const variant: fc.Arbitrary<SpackVariant> = fc.oneof(
  fc.record({ name: variantName, value: fc.boolean(), propagate: fc.boolean() }),
  fc.record({ name: variantName, value, propagate: fc.boolean(), concrete: fc.boolean() }),
);
const rank = (one: SpackVariant): number => (typeof one.value === 'boolean' ? 0 : 1);
const variants = fc
  .uniqueArray(variant, { selector: (one) => one.name, maxLength: 12 })
  .map((list) => list.toSorted((a, b) => rank(a) - rank(b) || byCodeUnits(a.name, b.name)));

const orNothing = <Value>(some: fc.Arbitrary<Value>) => fc.option(some, { nil: undefined });
const node = <Name>(of: fc.Arbitrary<Name>) =>
  fc.record({ package: of, version: orNothing(version), variants, hash: orNothing(word) });

const edge: fc.Arbitrary<SpackEdge> = fc.record(
  { when: value, deptypes: fc.constantFrom('build', 'build,link'), virtuals: joined(',') },
  { requiredKeys: [] },
);
const dependency: fc.Arbitrary<SpackDependency> = fc.record({
  kind: fc.constantFrom('direct', 'propagated', 'transitive'),
  edge: fc.oneof(fc.constant({}), edge),
  node: node(orNothing(name)),
});

/** A spec as the parser gives it. */
export const spec: fc.Arbitrary<SpackSpec> = fc
  .tuple(
    node(name),
    // Of one package several could contradict each other.
    fc.uniqueArray(dependency, { selector: (of) => of.node.package ?? of, maxLength: 3 }),
  )
  .map(([of, dependencies]) => ({ ...of, dependencies }))
  .map((parts) => ({ ...parts, text: nodeText(parts) + dependenciesText(parts.dependencies) }));

const isGit = (text: string): boolean => /^(?:git\.|[\da-f]{40})/i.test(text);

/** Chooses among spellings, which number of how many. */
export type Choose = (count: number) => number;

/** The same spec with other spaces, and the parts of each node in another order. */
export function respelled(one: SpackSpec, choose: Choose): string {
  const some = (): string => [' ', '  ', '\t', ' \n '][choose(4)] ?? '';
  const any = (): string => (choose(2) === 0 ? '' : some());
  const quoted = (text: string): string => {
    const ways = /^[\w\-+*.,:%^~/\\][\w\-+*.,:=%^~/\\]*$/.test(text) ? [text] : [];
    if (!text.endsWith('\\')) for (const q of ['"', "'"]) ways.push(q + text.replaceAll(q, `\\${q}`) + q);
    return ways[choose(ways.length)] ?? '';
  };
  const variantText = ({ name: key, ...rest }: SpackVariant): string => {
    if (typeof rest.value === 'boolean') {
      const sign = rest.value ? '+' : ['~', '-'][choose(2)];
      return `${sign}${rest.propagate ? sign : ''}${any()}${key}`;
    }
    return `${key}${'concrete' in rest && rest.concrete ? ':' : ''}${rest.propagate ? '==' : '='}${quoted(rest.value)}`;
  };
  const inAnyOrder = (texts: readonly string[]): string[] =>
    texts
      .map((text) => ({ text, key: choose(1000) }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ text }) => text);
  const spelt = (of: SpackNode): string => {
    const parts = of.variants.map(variantText);
    if (of.version !== undefined) {
      const [first = '', ...more] = inAnyOrder(of.version.split(','));
      const items = isGit(first) ? [...more, first] : [first, ...more];
      parts.push(`@${isGit(of.version) ? '' : any()}${items.join(`${any()},${any()}`)}`);
    }
    if (of.hash !== undefined) parts.push(`/${of.hash}`);
    return [of.package ?? '*', ...inAnyOrder(parts)].join(some());
  };
  const edgeText = (of: SpackEdge): string => {
    const parts = Object.entries(of).map(([key, text]: [string, string]) => `${key}=${quoted(text)}`);
    if (choose(2) === 0) parts.reverse();
    return parts.length === 0 && choose(2) === 0 ? '' : `[${any()}${parts.join(some())}${any()}]`;
  };
  const signs = { direct: '%', propagated: '%%', transitive: '^' };
  const dependencies = one.dependencies.map(
    (of) => `${some()}${signs[of.kind]}${edgeText(of.edge)}${any()}${spelt(of.node)}`,
  );
  return `${any()}${spelt(one)}${dependencies.join('')}${any()}`;
}
