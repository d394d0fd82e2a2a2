/** What is said of options of amifile.ts that are wrong. */
import { describe, expect, test } from 'vitest';
import { readAmifile } from '../../src/config/amifile.ts';
import { workspace, wrongIn } from './amifile-rig.ts';
import { invalidInputOf } from './rig.ts';

/** What is between the braces of a written configuration; where it is wrong; what is said; the cure. */
type Wrong = [options: string, at: string, message: string, cure?: string];

const inQuotes = 'if it is meant as text, put it in quotes';

describe('a wrong option', () => {
  test.each<Wrong>([
    ["regin: 'x'", '1:18', 'unknown key regin', 'did you mean region?'],
    [
      "builder: { instanceTyp: 'x' }",
      '1:29',
      'unknown key builder.instanceTyp',
      'did you mean instanceType?',
    ],
    ["steps: { clean: 'x' }", '1:27', 'unknown key steps.clean', 'did you mean cleanUp?'],
    ['sandbox: { zzzzzz: 1 }', '1:29', 'unknown key sandbox.zzzzzz', 'known here: folder, speed, faults'],
    ['region: 1', '1:18', 'region must be text, not the number 1', inQuotes],
    ['region: true', '1:18', 'region must be text, not the boolean true', inQuotes],
    ['region: []', '1:18', 'region must be text, not a list'],
    ['region: {}', '1:18', 'region must be text, not a map'],
    ['region: null', '1:18', 'region must be text, not nothing'],
    ['region: () => 1', '1:18', 'region must be text, not a function'],
    ["region: Symbol('x')", '1:18', 'region must be text, not a symbol'],
    ['maxDepth: 10n', '1:18', 'maxDepth must be a number, not the bigint 10'],
    ["region: 'mars'", '1:18', 'region must be like us-west-2'],
    [
      "workspace: 'a b'",
      '1:18',
      'workspace must be at most 64 letters, digits, dots, dashes and underscores',
    ],
    [
      "templates: '/x'",
      '1:18',
      'templates must be a path inside the workspace, relative to it and without ..',
    ],
    [
      "templates: '../x'",
      '1:18',
      'templates must be a path inside the workspace, relative to it and without ..',
    ],
    ["provider: 'gcp'", '1:18', 'provider must be "sandbox" or "aws"'],
    ['maxDepth: 0', '1:18', 'maxDepth must be 1 or more'],
    ['maxDepth: 1.5', '1:18', 'maxDepth must be a whole number'],
    ['maxDepth: 101', '1:18', 'maxDepth must be at most 100'],
    ["concurrency: '3'", '1:18', 'concurrency must be a number, not the text "3"'],
    [
      "bucket: 'X'",
      '1:18',
      'bucket must be the name of an S3 bucket: 3 to 63 small letters, digits, dots and dashes',
    ],
    ["prefix: 'x'", '1:18', 'prefix must be empty or end with /, as in "amigraph/"'],
    ["base: { ssm: 'x' }", '1:26', 'base.ssm must begin with /'],
    ["base: { ami: 'ami-1' }", '1:26', 'base.ami must be like ami-0123456789abcdef0'],
    [
      'base: {}',
      '1:18',
      'base must be { ssm: "/aws/service/..." }, { ami: "ami-..." } or { parallelcluster: "3.14.0", os: "alinux2023" }',
    ],
    [
      "base: { parallelcluster: '3.14', os: 'rhel9' }",
      '1:26',
      'base.parallelcluster must be a version like 3.14.0',
    ],
    ['builder: []', '1:18', 'builder must be a map, not a list'],
    ["builder: ['x']", '1:18', 'builder must be a map, not a list'],
    ["builder: { timeout: '90 min' }", '1:29', 'builder.timeout must be like "90m" or "3h"'],
    ["builder: { timeout: '1000h' }", '1:29', 'builder.timeout must be at most 168h, which is a week'],
    ...['a..b', '192.168.1.1', 'xn--abc', 'sthree-abc'].map((bucket): Wrong => [
      `bucket: '${bucket}'`,
      '1:18',
      'bucket must be the name of an S3 bucket: not an IP address, without two dots side by side, and not beginning with xn-- or sthree-',
    ]),
    ["builder: { subnet: 'net' }", '1:29', 'builder.subnet must be like subnet-0123456789abcdef0'],
    [
      "builder: { subnet: ['subnet-0', 'net'] }",
      '1:29',
      'builder.subnet[1] must be like subnet-0123456789abcdef0',
    ],
    ["builder: { architecture: 'x86' }", '1:29', 'builder.architecture must be "x86_64" or "arm64"'],
    ["builder: { spot: 'yes' }", '1:29', 'builder.spot must be true or false, not the text "yes"'],
    [
      "builder: { securityGroups: 'sg-1' }",
      '1:29',
      'builder.securityGroups must be a list, not the text "sg-1"',
    ],
    [
      "builder: { securityGroups: ['sg-1', 2] }",
      '1:29',
      'builder.securityGroups[1] must be text, not the number 2',
      inQuotes,
    ],
    [
      "steps: { users: '/x.sh' }",
      '1:27',
      'steps.users must be a path inside the workspace, relative to it and without ..',
    ],
    [
      "steps: { users: { script: 'x.sh', inputs: 'a' } }",
      '1:52',
      'steps.users.inputs must be a list, not the text "a"',
    ],
    ['sandbox: { speed: 0 }', '1:29', 'sandbox.speed must be a number from 0.1 on, or "instant"'],
    ["sandbox: { speed: 'fast' }", '1:29', 'sandbox.speed must be a number from 0.1 on, or "instant"'],
  ])('{ %s } is at %s: %s', async (...[options, at, message, cure]: Wrong) => {
    expect(await wrongIn(`export default { ${options} };`)).toEqual([
      {
        code: message.startsWith('unknown key') ? 'unknown-key' : 'wrong-value',
        at: `amifile.ts:${at}`,
        message,
        cure,
      },
    ]);
  });

  test('shows its line', async () => {
    const root = await workspace("export default {\n\n  maxDepth: 0, region: 'us-west-2',\n};\n");
    const [one] = await invalidInputOf(() => readAmifile(root));
    expect(one?.place).toMatchObject({ excerpt: "  maxDepth: 0, region: 'us-west-2'," });
  });

  test('does not hide another', async () => {
    const found = await wrongIn("export default { maxDepth: 0, prefix: 'x', builder: { spot: 1 } };");
    expect(found.map(({ message }) => message)).toEqual([
      'maxDepth must be 1 or more',
      'prefix must be empty or end with /, as in "amigraph/"',
      'builder.spot must be true or false, not the number 1',
    ]);
  });

  test('that is computed elsewhere has the file as its place', async () => {
    const found = await wrongIn('export default JSON.parse(String.fromCharCode(123) + \'"regin":1}\');');
    expect(found).toMatchObject([{ at: 'amifile.ts', message: 'unknown key regin' }]);
  });

  test.each([
    ["'text'", 'what amifile.ts exports must be a map, not the text "text"'],
    ['null', 'what amifile.ts exports must be a map, not nothing'],
    ['() => ({})', 'what amifile.ts exports must be a map, not a function'],
    ['[]', 'what amifile.ts exports must be a map, not a list'],
    ['Promise.resolve({})', 'what amifile.ts exports must be a map, not a promise: await it'],
    ['new Map()', 'what amifile.ts exports must be a map, not an object of a class'],
    ['[1]', 'what amifile.ts exports must be a map, not a list'],
  ])('in place of all of them, %s, is told', async (exported, message) => {
    expect(await wrongIn(`\nexport default ${exported};`)).toMatchObject([{ at: 'amifile.ts:2:1', message }]);
  });
});
