/** What each spelling of a Spack spec stands for. */
import { describe, expect, test } from 'vitest';
import type { SpackNode, SpackSpec, SpackVariant } from '../../src/core/spack-spec.ts';
import { parseSpackSpec } from '../../src/template/spack-spec.ts';
import { valueOf } from './rig.ts';

const read = (text: string): SpackSpec => valueOf(parseSpackSpec(text));
const on = (name: string, propagate = false): SpackVariant => ({ name, value: true, propagate });
const off = (name: string, propagate = false): SpackVariant => ({ name, value: false, propagate });
const has = (name: string, value: string, propagate = false, concrete = false): SpackVariant => ({
  name,
  value,
  propagate,
  concrete,
});
const bare = { version: undefined, variants: [], hash: undefined };
const node = (name: string | undefined, rest: Partial<SpackNode> = {}): SpackNode => ({
  ...bare,
  ...rest,
  package: name,
});

describe('a name', () => {
  test.each([
    ['gcc', 'gcc'],
    ['_x', '_x'],
    ['3dtk', '3dtk'],
    ['intel-oneapi-compilers', 'intel-oneapi-compilers'],
    ['builtin.gcc', 'builtin.gcc'],
    ['builtin.mock.gcc@14', 'builtin.mock.gcc'],
    ['bonnie++', 'bonnie++'],
    ['bonnie++@2.00a', 'bonnie++'],
    ['bonnie++ +x', 'bonnie++'],
    ['bonnie+++x', 'bonnie++'],
    ['bonnie++~x', 'bonnie++'],
    ['bonnie++%gcc', 'bonnie++'],
    ['bonnie++^gcc', 'bonnie++'],
    ['bonnie++/abc', 'bonnie++'],
    ['foo++bar', 'foo'],
    ['gcc/abcdef', 'gcc'],
    ['hdf5 -mpi', 'hdf5'],
  ])('of %s is %s', (text, name) => {
    expect(read(text).package).toBe(name);
  });
});

describe('a version', () => {
  const commit = '0123456789abcdef0123456789ABCDEF01234567';
  test.each([
    ['1.2', '1.2'],
    ['=1.2', '=1.2'],
    [' 1.2', '1.2'],
    ['1.2:1.4', '1.2:1.4'],
    [':1.4', ':1.4'],
    ['1.2:', '1.2:'],
    [':', ':'],
    ['1.2,1.4:1.6', '1.2,1.4:1.6'],
    ['1.4: , 1.2 ,\t=2,1.2', '1.2,1.4:,=2'],
    ['main', 'main'],
    ['3.3a', '3.3a'],
    ['20230802', '20230802'],
    ['2021-07-08_rc.1', '2021-07-08_rc.1'],
    ['git.main', 'git.main'],
    ['git.main=1.2', 'git.main=1.2'],
    ['git.feature/x', 'git.feature/x'],
    [commit, commit],
    [`${commit}=1.2`, `${commit}=1.2`],
  ])('@%s is %s', (written, version) => {
    expect(read(`tmux@${written}`)).toEqual({
      text: `tmux@${version}`,
      dependencies: [],
      ...node('tmux', { version }),
    });
  });

  test('ends before a key, also where the range is open', () => {
    const spec = { ...node('x', { version: '4.2:', variants: [has('languages', 'go')] }), dependencies: [] };
    for (const text of ['x@4.2: languages=go', 'x@4.2:languages=go', 'x languages=go @4.2:'])
      expect(read(text)).toEqual({ text: 'x@4.2: languages=go', ...spec });
  });
});

describe('variants', () => {
  test.each<[string, string, readonly SpackVariant[]]>([
    ['x+b~a -c', 'x~a+b~c', [off('a'), on('b'), off('c')]],
    ['x + b - a ~ c', 'x~a+b~c', [off('a'), on('b'), off('c')]],
    ['x++a ~~b --c', 'x++a~~b~~c', [on('a', true), off('b', true), off('c', true)]],
    ['x b=1 +c a=2', 'x+c a=2 b=1', [on('c'), has('a', '2'), has('b', '1')]],
    [
      'x a==1 b:=2 c:==3',
      'x a==1 b:=2 c:==3',
      [has('a', '1', true), has('b', '2', false, true), has('c', '3', true, true)],
    ],
    ['x languages=c,c++', "x languages='c,c++'", [has('languages', 'c,c++')]],
    ['x f="c,b"', 'x f=c,b', [has('f', 'c,b')]],
    [
      'x target=zen4 os=amzn2023',
      'x os=amzn2023 target=zen4',
      [has('os', 'amzn2023'), has('target', 'zen4')],
    ],
    ['x cflags="-O3 -g"', "x cflags='-O3 -g'", [has('cflags', '-O3 -g')]],
    [
      'x cflags=-O3 ldflags=-s cflags=-g',
      "x cflags='-O3 -g' ldflags=-s",
      [has('cflags', '-O3 -g'), has('ldflags', '-s')],
    ],
    ["x a='' b='[1]'", "x a='' b='[1]'", [has('a', ''), has('b', '[1]')]],
    ['x a="it\'s"', 'x a="it\'s"', [has('a', "it's")]],
    [String.raw`x a='it\'s "b"'`, String.raw`x a="it's \"b\""`, [has('a', 'it\'s "b"')]],
    [String.raw`x a="\n\\b"`, String.raw`x a='\n\\b'`, [has('a', String.raw`\n\\b`)]],
    [String.raw`x a=b\ c=d`, String.raw`x a=b\ c=d`, [has('a', 'b\\'), has('c', 'd')]],
    ['x a="$(id); é"', "x a='$(id); é'", [has('a', '$(id); é')]],
  ])('of %s', (text, canonical, variants) => {
    expect(read(text)).toEqual({ text: canonical, ...node('x', { variants }), dependencies: [] });
  });
});

describe('dependencies', () => {
  const direct = 'direct';
  const transitive = 'transitive';
  const virtuals = { virtuals: 'c,cxx' };
  test.each<[string, string, SpackSpec['dependencies'][number]]>([
    ['%gcc@11', '%gcc@11', { kind: direct, edge: {}, node: node('gcc', { version: '11' }) }],
    ['%%gcc', '%%gcc', { kind: 'propagated', edge: {}, node: node('gcc') }],
    [
      '^dep@1+x',
      '^dep@1+x',
      { kind: transitive, edge: {}, node: node('dep', { version: '1', variants: [on('x')] }) },
    ],
    ['^ bonnie++', '^bonnie++', { kind: transitive, edge: {}, node: node('bonnie++') }],
    ['%c,cxx=gcc', '%[virtuals=c,cxx] gcc', { kind: direct, edge: virtuals, node: node('gcc') }],
    [
      '%[virtuals=c]cxx=builtin.gcc',
      '%[virtuals=c,cxx] builtin.gcc',
      { kind: direct, edge: virtuals, node: node('builtin.gcc') },
    ],
    [
      '%%[ virtuals=c,cxx ] gcc',
      '%%[virtuals=c,cxx] gcc',
      { kind: 'propagated', edge: virtuals, node: node('gcc') },
    ],
    ['%[] gcc', '%gcc', { kind: direct, edge: {}, node: node('gcc') }],
    [
      '^[virtuals=mpi when="+x ~y" deptypes=build,link] a',
      "^[when='+x ~y' deptypes=build,link virtuals=mpi] a",
      { kind: transitive, edge: { when: '+x ~y', deptypes: 'build,link', virtuals: 'mpi' }, node: node('a') },
    ],
    ['%@14', '%@14', { kind: direct, edge: {}, node: node(undefined, { version: '14' }) }],
    ['% +x', '%+x', { kind: direct, edge: {}, node: node(undefined, { variants: [on('x')] }) }],
    ['^/abc', '^/abc', { kind: transitive, edge: {}, node: node(undefined, { hash: 'abc' }) }],
    ['^*', '^*', { kind: transitive, edge: {}, node: node(undefined) }],
    [
      '^* mpi=x /abc',
      '^* mpi=x /abc',
      { kind: transitive, edge: {}, node: node(undefined, { variants: [has('mpi', 'x')], hash: 'abc' }) },
    ],
    ['^mpi=x', '^[virtuals=mpi] x', { kind: transitive, edge: { virtuals: 'mpi' }, node: node('x') }],
    [
      '^cflags=-O3',
      '^* cflags=-O3',
      { kind: transitive, edge: {}, node: node(undefined, { variants: [has('cflags', '-O3')] }) },
    ],
  ])('%s', (text, canonical, dependency) => {
    const spec = { text: `pkg ${canonical}`, ...node('pkg'), dependencies: [dependency] };
    expect(read(`pkg ${text}`)).toEqual(spec);
    expect(read(`pkg${text}`)).toEqual(spec);
  });

  test('stay in their order, and nothing goes from one to another', () => {
    for (const [text, canonical] of [
      ['pkg %gcc +mpi', 'pkg %gcc+mpi'],
      ['pkg +mpi %gcc', 'pkg+mpi %gcc'],
      ['pkg ^b ^a%gcc %llvm', 'pkg ^b ^a %gcc %llvm'],
      ['pkg ^b x=1 ~d +c /9f ^a', 'pkg ^b+c~d x=1 /9f ^a'],
    ] as const)
      expect(read(text).text).toBe(canonical);
  });
});

test.each([
  'gromacs@2025.3 +mpi~x a=1',
  '  gromacs@2025.3+mpi   ~x a="1" ',
  'gromacs +mpi @2025.3 -x a=1',
  "gromacs a='1' ~x +mpi @ 2025.3",
])('%j is spelt gromacs@2025.3+mpi~x a=1', (text) => {
  expect(read(text).text).toBe('gromacs@2025.3+mpi~x a=1');
});
