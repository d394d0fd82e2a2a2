/** One template file to a Template: what is taken over. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Place } from '../../src/core/diagnostic.ts';
import type { Section } from '../../src/core/template.ts';
import { templateNaming } from '../../src/template/scan.ts';
import { templateOf, valueOf } from './rig.ts';

const file = 'templates/md/gromacs.yaml';
const read = (text: string) => templateOf(file, text);

const whole = `
extends: ../foundation.yaml
depends_on: [cuda]
cluster: { name: x, region: us-west-2, anything: [goes] }
compute: { head_node: c6a.4xlarge, queues: [{ name: q }] }
software:
  spack_packages:
    - "gromacs@2025.3  +mpi"
    - cmake
users:
  - { name: ada, uid: 5001, gid: 5002 }
data:
  s3_mounts:
    - { bucket: data, mount_point: /shared }
    - { bucket: data, mount_point: /ro, read_only: true }
build:
  instance_type: c7g.large
  spot: true
  timeout: 90m
  volume_size_gb: 50
  arch: arm64
  scripts: [scripts/a.sh]
  inputs: ["files/**"]
  base: { ami: ami-0123456789abcdef0 }
  secrets: { LICENSE_KEY: /hpc/license-key }
tests: [gmx --version]
`;

/** The values, and where each of them stands: line and column. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  if ('place' in value && 'value' in value) {
    const { line, column } = value.place as Place;
    return [value.value, `${line}:${column}`];
  }
  if (value instanceof Map) return [...(value as Map<string, unknown>)].map(shown);
  if ('placeOf' in value) return (value as Section).data();
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one)]));
}

test('a whole template is read, each item with its place', () => {
  expect(shown(valueOf(read(whole)))).toEqual({
    name: 'md/gromacs',
    file,
    extends: ['foundation', '2:10'],
    parentFile: 'templates/foundation.yaml',
    dependsOn: [['cuda', '3:14']],
    packages: [
      [
        { written: 'gromacs@2025.3  +mpi', spec: 'gromacs@2025.3+mpi', name: 'gromacs', version: '2025.3' },
        '8:7',
      ],
      [{ written: 'cmake', spec: 'cmake', name: 'cmake', version: undefined }, '9:7'],
    ],
    users: [[{ name: 'ada', uid: 5001, gid: 5002 }, '11:5']],
    mounts: [
      [{ bucket: 'data', mountPoint: '/shared', readOnly: false }, '14:7'],
      [{ bucket: 'data', mountPoint: '/ro', readOnly: true }, '15:7'],
    ],
    scripts: [['scripts/a.sh', '22:13']],
    inputs: [['files/**', '23:12']],
    tests: [['gmx --version', '26:9']],
    build: {
      instanceTypes: [['c7g.large'], '17:18'],
      spot: [true, '18:9'],
      timeoutSeconds: [5400, '19:12'],
      volumeGb: [50, '20:19'],
      architecture: ['arm64', '21:9'],
      base: [{ ami: 'ami-0123456789abcdef0' }, '24:9'],
      secrets: [['LICENSE_KEY', ['/hpc/license-key', '25:27']]],
    },
    cluster: { name: 'x', region: 'us-west-2', anything: ['goes'] },
    compute: { head_node: 'c6a.4xlarge', queues: [{ name: 'q' }] },
  });
});

test('sections that are empty or left out hold nothing', () => {
  const empty = 'depends_on:\ncluster:\ncompute:\nsoftware:\nusers:\ndata:\nbuild:\ntests:\n';
  const bare = valueOf(read('{}'));
  expect(valueOf(read(empty))).toEqual(bare);
  expect(valueOf(read('software: { spack_packages: }\ndata: { s3_mounts: }\n'))).toEqual(bare);
  expect(bare).toMatchObject({
    dependsOn: [],
    packages: [],
    users: [],
    mounts: [],
    tests: [],
    extends: undefined,
  });
});

describe('a name is the path below the fixed part of the pattern, without the ending', () => {
  test.each([
    ['templates/**/*.yaml', 'templates/md/gromacs.yaml', 'md/gromacs'],
    ['templates/**/*.yaml', 'templates/foundation.yaml', 'foundation'],
    ['templates/**/*.yaml', 'templates/a.b.yaml', 'a.b'],
    ['./templates/**/*.yaml', 'templates/md/a.yaml', 'md/a'],
    ['*.yaml', 'a.yaml', 'a'],
    ['**/*.{yaml,yml}', 'x/y/a.yml', 'x/y/a'],
    ['a/{b,c}/*.yaml', 'a/b/x.yaml', 'b/x'],
    ['a/b/one.yaml', 'a/b/one.yaml', 'one'],
    ['templates/**/*.yaml', '../outside.yaml', '../../outside'],
  ])('%s: %s is %s', (pattern, path, name) => {
    expect(templateNaming(pattern, '/workspace').nameOf(path)).toBe(name);
  });

  test('and what `extends` names is found from the file that says so', () => {
    const parent = (text: string) => {
      const { extends: link, parentFile } = valueOf(read(`extends: ${text}`));
      return [link?.value, parentFile];
    };
    expect(parent('foundation.yaml')).toEqual(['md/foundation', 'templates/md/foundation.yaml']);
    expect(parent('./sub/x.yaml')).toEqual(['md/sub/x', 'templates/md/sub/x.yaml']);
    expect(parent('../../other/x.yaml')).toEqual(['../other/x', 'other/x.yaml']);
    expect(parent('/workspace/templates/x.yaml')).toEqual(['x', 'templates/x.yaml']);
  });
});

test('a template with any of its bytes changed is read or refused with a place', () => {
  const bytes = Buffer.from(whole);
  const change = fc.record({
    at: fc.nat(bytes.length - 1),
    byte: fc.nat(255),
    how: fc.constantFrom('replace', 'insert', 'remove', 'cut'),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let text = [...bytes];
      for (const { at, byte, how } of changes) {
        if (how === 'cut') text = text.slice(0, at);
        else text.splice(at, how === 'insert' ? 0 : 1, ...(how === 'remove' ? [] : [byte]));
      }
      const template = read(Buffer.from(text).toString());
      if (template.ok) return;
      expect(template.error.length).toBeGreaterThan(0);
      for (const { message, place } of template.error) {
        expect(message).not.toBe('');
        expect(place).toMatchObject({ file });
        expect(place !== undefined && 'line' in place && place.line >= 1 && place.column >= 1).toBe(true);
      }
    }),
    { numRuns: 1500 },
  );
});
