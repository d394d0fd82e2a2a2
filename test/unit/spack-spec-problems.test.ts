/** What is said of a text that is no Spack spec, where in it, and what to do. */
import { expect, test } from 'vitest';
import { parseSpackSpec } from '../../src/template/spack-spec.ts';
import { errorOf } from './rig.ts';

const nameless = [
  "it must begin with a package's name",
  'write the package first, as in gromacs@2025.3 +mpi',
] as const;
const file = "write the package's name: a template installs packages by name";
const out = 'take it out, or put the value that holds it in quotes';
const entries = 'make each spec an entry of its own';
const two = `keep one of them, or ${entries}`;
const version = 'write a version after it, or take it out';
const variant = 'write one after it, or take it out';
const dependency = 'write a package after it, or take it out';
const value =
  String.raw`write it directly after =, in quotes where it holds other than letters, digits and _-+*.,:=%^~/\ `.trim();
const unclosed = (quote: string): string =>
  `write ${quote} at the end of the value; in a list in brackets, quote a whole spec that holds a comma`;

test.each<[string, number, string, string]>([
  ...[
    '',
    '@1',
    '+mpi',
    '-h',
    '--help',
    '/abc',
    '%gcc',
    '^gcc',
    '*',
    'a=b',
    "'gcc'",
    '$(reboot)',
    '`id`',
    '; id',
  ].map((text): [string, number, string, string] => [text, 0, ...nameless]),
  [' \t', 2, ...nameless],
  ['./x.yaml', 0, './x.yaml names a file', file],
  ['/tmp/x.json', 0, '/tmp/x.json names a file', file],
  ['gcc/x.yaml', 3, '/x.yaml names a file', file],
  ['gcc ^../x.yaml', 5, '../x.yaml names a file', file],
  ['gcc cmake', 4, 'cmake begins a second spec', entries],
  [
    ' c++',
    1,
    'c++ is a language and no package',
    'a comma in brackets ends an entry: put the whole spec in quotes, as in "gcc languages=c,c++"',
  ],
  ['gcc@14:12', 4, 'no version is in the range 14:12', 'write the lower end first'],
  ['gcc@11,1.10:1.9', 7, 'no version is in the range 1.10:1.9', 'write the lower end first'],
  ['a ^b@1.2.1:1.1.9 +x', 5, 'no version is in the range 1.2.1:1.1.9', 'write the lower end first'],
  ['a ^b@4 ^b@5', 7, 'b cannot be both @4 and @5', 'keep one of them'],
  ['a ^b@=4.1 +x %gcc@13 ^c %gcc@14 ^b@4.2', 32, 'b cannot be both @=4.1 and @4.2', 'keep one of them'],
  ['a %gcc@11 %c %cxx=gcc@12', 13, 'gcc cannot be both @11 and @12', 'keep one of them'],
  ['a ^b@4 ^b@4.1 ^b@4.2', 14, 'b cannot be both @4.1 and @4.2', 'keep one of them'],
  ['a ^b+x ^c ^b~y~x', 10, 'b cannot be both +x and ~x', 'keep one of them'],
  ...['arch', 'target', 'os', 'platform'].map((name): [string, number, string, string] => [
    `a ${name}==x`,
    2,
    `${name} cannot be handed on with ==`,
    `write ${name}=, which is for all of them`,
  ]),
  ['a arch=linux-a-b target=c', 17, 'a has arch and target, which say the same', 'keep one of them'],
  ['a os=c architecture=linux-a-b', 7, 'a has os and architecture, which say the same', 'keep one of them'],
  ['a os=c operating_system=d', 7, 'a has os and operating_system, which say the same', 'keep one of them'],
  ['a cflags=-O3 cflags==-g', 13, 'a has cflags twice', 'keep one of them'],
  ['a ^[deptypes=build,bogus] b', 4, 'bogus is no type of dependency', 'use build, link, run, test'],
  ['gcc@14 cmake@3', 7, 'cmake begins a second spec', entries],
  ['foo++ bar', 6, 'bar begins a second spec', entries],
  [`gcc ${'x'.repeat(99)}`, 4, `${'x'.repeat(57)}... begins a second spec`, entries],
  ['gcc; rm -rf /', 3, '; has no place in a spec', out],
  ['gcc |cat', 4, '| has no place in a spec', out],
  ['gcc `id`', 4, '` has no place in a spec', out],
  ['gcc $(id)', 4, '$ has no place in a spec', out],
  ['gcc&', 3, '& has no place in a spec', out],
  ['gcc>x', 3, '> has no place in a spec', out],
  ['gccé', 3, 'é has no place in a spec', out],
  ['gcc,cmake', 3, ', has no place here', out],
  ['gcc@1.2::', 8, ': has no place here', out],
  ['gcc@git.main,1', 12, ', has no place here', out],
  ['gcc 😀', 4, '😀 has no place in a spec', out],
  ['gcc\u0007', 3, 'the character U+0007 has no place in a spec', 'take it out'],
  ['gcc\u00A0+x', 3, 'the character U+00A0 has no place in a spec', 'take it out'],
  ['gcc x="a\nb"', 8, 'the character U+000A has no place in a value', 'take it out'],
  ['gcc x="\u202E"', 7, 'the character U+202E has no place in a value', 'take it out'],
  ['gcc x="\uD800"', 7, 'the character U+D800 has no place in a value', 'take it out'],
  ["gcc 'x'", 4, "the quote ' has no place here", 'quotes go around a whole value, as in cflags="-O3 -g"'],
  ['gcc@', 3, '@ has no version after it', version],
  ['gcc @ +x', 4, '@ has no version after it', version],
  ['gcc@=', 4, '= has no version after it', version],
  ['gcc@1, ', 5, ', has no version after it', version],
  ['gcc@git.main=', 12, '= has no version after it', version],
  ['gcc@1 @2', 6, 'gcc has a second version', two],
  ['a ^b@1@2', 6, 'b has a second version', two],
  ['a/b/c', 3, 'a has a second hash', two],
  ['gcc@1:=2', 6, '= stands for one exact version and cannot be in a range', 'take = out'],
  ['gcc@=1:2', 4, '= stands for one exact version and cannot be in a range', 'take = out'],
  ['gcc@ git.a', 3, 'a space is between @ and the git version', 'write it directly after @'],
  [
    `gcc@${'a'.repeat(41)}`,
    4,
    'the version begins like a commit and is longer',
    'write the 40 digits of a commit, or git.NAME for a branch or a tag',
  ],
  ['gcc +', 4, "+ has no variant's name after it", variant],
  ['gcc ++', 4, "++ has no variant's name after it", variant],
  ['gcc@1 -', 6, "- has no variant's name after it", variant],
  [
    'blast+',
    5,
    "+ has no variant's name after it",
    'write one after it, or write the name that Spack has for the package, such as blast-plus',
  ],
  [
    'blast+@2.14',
    5,
    "+ has no variant's name after it",
    'write one after it, or write the name that Spack has for the package, such as blast-plus',
  ],
  ['gcc +x=1', 4, '+x is on or off and has no value', 'write x=value without +, or take the value out'],
  ['gcc+x+x', 5, 'gcc has x twice', 'keep one of them'],
  ['gcc+x x=1', 6, 'gcc has x twice', 'keep one of them'],
  ['a ^@1 x=1 x=2', 10, 'the dependency has x twice', 'keep one of them'],
  [`a+a+b+c+d+e+f+g+h+i+h`, 19, 'a has h twice', 'keep one of them'],
  ['gcc x=', 6, 'x= has no value after it', value],
  ['gcc x== y=1', 7, 'x== has no value after it', value],
  ['gcc x =1', 6, 'a space is between x and =', 'write x=value without spaces'],
  [
    'gcc x=a"b"',
    7,
    'the value of x= has a quote in its middle',
    'put the whole value in quotes, as in x="..."',
  ],
  ['gcc x="a', 6, 'the quote " is not closed', unclosed('"')],
  [String.raw`gcc x='a\'`, 6, "the quote ' is not closed", unclosed("'")],
  ['gcc /', 4, '/ has no hash after it', 'write a hash after it, or take it out'],
  ['gcc %', 4, '% has no package after it', dependency],
  ['gcc ^ ^x', 4, '^ has no package after it', dependency],
  ['gcc %%[virtuals=c] ', 4, '%% has no package after it', dependency],
  ['gcc %[virtuals=c gcc', 5, '[ is not closed', 'write ] before the package'],
  ['gcc %[+x] gcc', 6, '+ has no place here', out],
  [
    'gcc %[x=1] gcc',
    6,
    'x is no property of a dependency',
    'use when, deptypes or virtuals; variants stand after ]',
  ],
  ['gcc %[when] gcc', 6, 'when has no value with = after it', 'write when=value without spaces'],
  ['gcc %[when=a when=b] gcc', 13, 'the dependency has when twice', 'keep one of them'],
])('%j is no spec', (text, at, message, cure) => {
  expect(errorOf(parseSpackSpec(text))).toEqual({ at, message, cure });
});
