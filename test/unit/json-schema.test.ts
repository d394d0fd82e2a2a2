/** The schema for editors: it says what the parser says. */
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { templateJsonSchema } from '../../src/template/json-schema.ts';
import { templateSchema } from '../../src/template/schema.ts';

const inEditor = new Ajv({ strict: true, strictTypes: false }).compile(templateJsonSchema());
const inParser = (data: unknown): boolean => v.safeParse(templateSchema, data).success;

const whole = {
  extends: '../foundation.yaml',
  depends_on: ['cuda'],
  cluster: { name: 'x', region: 'us-west-2', anything: ['goes'] },
  compute: {
    head_node: 'c6a.4xlarge',
    queues: [{ name: 'q', instance_types: ['c6a.large'], min_count: 0, max_count: 2, other: 1 }],
  },
  software: { spack_packages: ['gromacs@2025.3 +mpi'] },
  users: [{ name: 'ada', uid: 5001, gid: 5002 }],
  data: { s3_mounts: [{ bucket: 'data', mount_point: '/shared', read_only: true }] },
  build: {
    instance_type: 'c7g.large',
    spot: true,
    timeout: '90m',
    volume_size_gb: 50,
    arch: 'arm64',
    scripts: ['scripts/a.sh'],
    inputs: ['files/**'],
    base: { ami: 'ami-0123456789abcdef0' },
    secrets: { LICENSE_KEY: '/hpc/license-key', other_1: '/aws/reference/secretsmanager/x' },
  },
  tests: ['gmx --version'],
};

type Path = readonly (string | number)[];

function pathsOf(data: unknown, path: Path = []): Path[] {
  if (typeof data !== 'object' || data === null) return [path];
  return [path, ...Object.entries(data).flatMap(([key, one]) => pathsOf(one, [...path, key]))];
}

/** A copy in which what stands at `path` is something else; `undefined` removes it. */
function changed(data: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  const copy = structuredClone(data) as Record<string | number, unknown>;
  const inner = changed(Object.hasOwn(copy, first) ? copy[first] : undefined, rest, value);
  if (inner === undefined && !Array.isArray(copy)) delete copy[first];
  else
    Object.defineProperty(copy, first, {
      value: inner,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return copy;
}

const texts =
  `x||/|/etc|/usr/local/x|/shared/../x|..|a/../b|ami-1|Ada|2d|3h|168h|169h|10080m|10081m|604800s|604801s|a..b|c6a.large|/aws/service/x|a
b`.split('|');
const numbers = [-1, 0, 1, 1.5, 999, 1000, 16_384, 16_385, 1e9];
const containers = [
  [],
  {},
  [null],
  ['x'],
  [[]],
  { x: 1 },
  { name: 'ada', uid: 1, gid: 1 },
  { name: 'ada', uid: 5000, gid: 5000, sex: 'f' },
  { ssm: '/a' },
  { ami: 'ami-01234567' },
  { parallelcluster: '3.14.0', os: 'rhel9' },
  { parallelcluster: '3.14.0', os: 'rhel9', arch: 'arm64' },
  { parallelcluster: '3.14', os: 'rhel9' },
  { parallelcluster: '3.14.0', os: 'centos7' },
  { parallelcluster: '3.14.0' },
  JSON.parse('{"__proto__": 1}') as unknown,
];
const odd = fc.oneof(
  fc.constantFrom(undefined, null, true),
  fc.constantFrom(...texts),
  fc.constantFrom(...numbers),
  fc.constantFrom(...containers),
);

describe('the schema for editors', () => {
  test('takes a template with everything in it', () => {
    expect([inEditor(whole), inParser(whole)]).toEqual([true, true]);
  });

  test('says of any change to it what the parser says', () => {
    const paths = pathsOf(whole);
    const extra = fc.constantFrom('extra', '__proto__', 'constructor', 'spotted');
    const at = fc.oneof(
      fc.constantFrom(...paths),
      fc.tuple(fc.constantFrom(...paths), extra).map(([path, key]) => [...path, key]),
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(at, odd), { minLength: 1, maxLength: 2 }), (changes) => {
        let data: unknown = whole;
        for (const [path, value] of changes) {
          try {
            data = changed(data, path, value);
          } catch {
            // The change before took away what this one is about.
          }
        }
        refused += inParser(data) ? 0 : 1;
        expect(inEditor(data)).toBe(inParser(data));
      }),
      { numRuns: 5000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  test('says of any text in any place what the parser says', () => {
    const places = pathsOf(whole).filter((path) => path.length > 0);
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.string({ unit: fc.constantFrom('a', '0', '.', '/', '-', '_', ' ', '\n', '\u{1F600}', 'Z', '~') }),
        (path, text) => {
          const data = changed(whole, path, text);
          expect(inEditor(data)).toBe(inParser(data));
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('is the file beside the templates', async () => {
    const file = new URL('../../templates/template.schema.json', import.meta.url);
    expect(await readFile(file, 'utf8')).toBe(`${JSON.stringify(templateJsonSchema(), null, 2)}\n`);
  });
});
