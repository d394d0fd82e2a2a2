/** What is said about a template that is no good YAML. */
import { describe, expect, test } from 'vitest';
import { read, wrong } from './template-rig.ts';

describe('wrong YAML', () => {
  test.each<[string, string[]]>([
    ...['tests: !foo [a]', 'build: !!null {spot: true}', 'users: !!str []', '!!map {tests: !!map [a]}'].map(
      (text): [string, string[]] => {
        const at = text.lastIndexOf('!!') < 0 ? text.indexOf('!') : text.lastIndexOf('!!');
        const tag = text.slice(at).split(' ', 1)[0];
        return [
          text,
          [
            `1:${at + 1} the tag ${tag} has no meaning here (take it out, or put a text that begins with ! or % in quotes)`,
          ],
        ];
      },
    ),
    ...(
      [
        ['tests:\n  - %gcc', '2:5', 'bad indentation of a mapping entry'],
        ['tests:\n  - `a`', '2:5', 'bad indentation of a mapping entry'],
        ['users: @x', '1:8', 'bad indentation of a mapping entry'],
        ['tests: [a, @x]', '1:12', 'missed comma between flow collection entries'],
        ['@x: 1', '1:1', 'end of the stream or a document separator is expected'],
      ] as const
    ).map(([text, at, reason]): [string, string[]] => [
      text,
      [`${at} YAML: ${reason} (put it in quotes: no text begins with %, @ or \`)`],
    ]),
    [
      '%YAML 1.1\ntests: [a]',
      [
        '2:1 YAML: directives end mark is expected (write --- on a line of its own after what begins with %, or take that out)',
      ],
    ],
    [
      'tests:\n  - > a',
      [
        '2:7 YAML: a line break is expected (begin the block on the next line, or put a text that begins with | or > in quotes)',
      ],
    ],
    [
      'extends: *a\ntests: &b [*b]\nusers: [*c]\n*d : 1\nbuild: { spot: !!bool true, instance_type: [*e] }',
      [
        '1:11 there is no anchor &a',
        '2:13 there is no anchor &b',
        '3:10 there is no anchor &c',
        '4:2 there is no anchor &d',
      ]
        .map((one) => `${one} (define the anchor above, or put a text that begins with * or & in quotes)`)
        .concat(
          '5:16 the tag !!bool has no meaning here (take it out, or put a text that begins with ! or % in quotes)',
          '5:46 there is no anchor &e (define the anchor above, or put a text that begins with * or & in quotes)',
        ),
    ],
    [
      'tests: ["a\u001bb"]',
      [
        '1:11 YAML: expected valid JSON character (take the control character out, or write it by its code in double quotes, as "\\x1b")',
      ],
    ],
    ['tests: [a]\ntests: [b]', ['2:1 the key tests stands twice in one map (join the two, or remove one)']],
    [
      'tests: 1\ntests: [b]\ntest: [c]\nsoftware: { spack_packages: ["@1"] }\nextends: ../../../x',
      [
        '1:8 tests must be a list, not the number 1',
        '2:1 the key tests stands twice in one map (join the two, or remove one)',
        '3:1 unknown key test (did you mean tests?)',
        '4:30 "@1" is not a Spack spec: it must begin with a package\'s name (write the package first, as in gromacs@2025.3 +mpi)',
        '5:10 extends ../../../x leads out of the workspace (write the path of a template in the workspace, relative to this file)',
      ],
    ],
    ['a:\n\t- b', ['2:1 YAML: tab characters must not be used in indentation (use spaces, not tabs)']],
    [
      'a: b: c',
      [
        '1:5 YAML: bad indentation of a mapping entry (line it up with its neighbours, and quote a text that holds ": " or begins with a bracket)',
      ],
    ],
    ['', ['1:1 the file holds nothing (write what the image shall hold, or remove the file)']],
    [
      'tests: *b',
      [
        '1:9 there is no anchor &b (define the anchor above, or put a text that begins with * or & in quotes)',
      ],
    ],
    ['a: \0', ['1:4 YAML: null byte is not allowed in input (save the file as UTF-8 text)']],
    ['"a: \\q"', ['1:6 YAML: unknown escape sequence (write \\\\ for a backslash, or use single quotes)']],
    ['tests: [a]\n---\nb: 1\n', ['2:1 the file holds more than one document (make a file of each)']],
    [
      'a: [',
      [
        '1:5 YAML: unexpected end of the stream within a flow collection (close the bracket or quote that is open above, or indent this line)',
      ],
    ],
    ['tests:\n  - a\nbuild:\t{ spot: true }\n', ['3:7 YAML: deficient indentation (use spaces, not tabs)']],
    ['tests: [ a,\tb,\tc ]\n', ['1:12 YAML: deficient indentation (use spaces, not tabs)']],
    [
      'tests: [ a,\nb ]\n',
      [
        '2:1 YAML: deficient indentation (close the bracket or quote that is open above, or indent this line)',
      ],
    ],
    ...['1.1', '1.3'].map((version): [string, string[]] => [
      `# old\n%YAML ${version} # x\n---\ntests: [a]\n`,
      [
        `2:1 the file says that it is YAML ${version}, and is read as YAML 1.2 (take that line out, and write numbers and truth values as YAML 1.2 has them)`,
      ],
    ]),
  ])('%j', (text, messages) => {
    expect(wrong(text)).toEqual(messages);
  });

  const conflict =
    'the file holds a merge conflict (keep one of the two texts, and take the lines with the marks out)';
  test.each([
    ['tests:\n<<<<<<< HEAD\n  - a\n=======\n  - b\n>>>>>>> topic\nusers: []\n', '2:1'],
    ['<<<<<<< HEAD\ntests: [a]\n||||||| 0123\ntests: []\n=======\ntests: [b]\n>>>>>>> topic\n', '1:1'],
    ['tests: [a]\n=======\ntests: [b]\n>>>>>>> topic\n', '4:1'],
    ['tests: [a]\r\n<<<<<<<\r\n', '2:1'],
  ])('of a merge conflict is told where it begins: %j', (text, at) => {
    expect(wrong(text)).toEqual([`${at} ${conflict}`]);
  });

  test('of what looks like a merge conflict in a text that can be read is nothing', () => {
    expect(read('tests:\n  - |-\n    echo <<<<<<< x\n').ok).toBe(true);
    expect(read('%YAML 1.2\n---\ntests: ["%YAML 1.1"]\n').ok).toBe(true);
  });

  test('of a key is told where that key stands, also where its value is another by its alias', () => {
    const known = (keys: string): string => `(known here: ${keys})`;
    expect(wrong('software:\n  spack_packages: &p\n    - zlib\n  foo: *p\n')).toEqual([
      `4:3 unknown key software.foo ${known('spack_packages')}`,
    ]);
    expect(wrong('tests: [&a x]\nusers: [{ <<: { nam: *a }, name: x, uid: 5000, gid: 5000 }]\n')).toEqual([
      '2:17 unknown key users[0].nam (did you mean name?)',
    ]);
  });

  test('is looked for in time that does not explode with lines of any end', () => {
    for (const end of ['\n', '\r\n', '\r'])
      expect(read(`${`# comment${end}`.repeat(5000)}tests: [a]${end}`).ok).toBe(true);
    const many = Array.from({ length: 5000 }, (_, at) => `key${at}: 1\n`).join('');
    expect(wrong(many)).toHaveLength(101);
    const packages = `["x ^z@1${'.1'.repeat(5000)}${' ^z@1'.repeat(5000)}"]`;
    expect(read(`software: { spack_packages: ${packages} }`).ok).toBe(true);
  }, 10_000);

  test('of aliases that multiply is told in bounded time', () => {
    const below = (level: number): string => (level === 0 ? 'x' : `*a${level - 1}`);
    const bomb = Array.from(
      { length: 12 },
      (_, level) => `  a${level}: &a${level} [${`${below(level)},`.repeat(8)}]\n`,
    );
    const [error, ...unknown] = wrong(`cluster:\n${bomb.join('')}tests: *a5\n`);
    expect(error).toMatch(/aliases stand for more than 200000 values/);
    expect(unknown).toHaveLength(12);
    expect(wrong(`cluster:\n${bomb.slice(0, 4).join('')}tests: *a3\n`)).toHaveLength(8 + 4);
  }, 10_000);
});
