/** What is known of images, which of them are wanted, and how they are shown. */
import { describe, expect, test } from 'vitest';
import type { Listed } from '../../src/cache/lookup.ts';
import { emptyManifest, type Manifest } from '../../src/cache/manifest.ts';
import { buildId, imageId, templateName } from '../../src/core/ids.ts';
import type { ImageState } from '../../src/core/image.ts';
import { chainOf } from '../../src/plan/chain.ts';
import {
  type CurrentDigests,
  type ImageFilter,
  type KnownImage,
  knownImages,
  matching,
} from '../../src/plan/images.ts';
import { describeText, describeView, imagesTable, imageView } from '../../src/report/images.ts';
import { defined, digestLike, plainStyle } from './rig.ts';

const digest = digestLike('gromacs');
const now = Date.parse('2026-11-25T04:12:00Z');
const names = (...texts: string[]) => texts.map(templateName);

interface Written {
  readonly parent?: string | null;
  readonly createdAt?: string;
  readonly state?: ImageState;
  readonly workspace?: string;
  readonly template?: string;
  readonly whole?: boolean;
}

function listed(id: string, written: Written = {}) {
  const { parent = 'foundation', createdAt = '2026-11-24T04:12:00Z', state = 'available' } = written;
  const { workspace = 'hpc', template = 'gromacs', whole = true } = written;
  return {
    image: {
      id: imageId(id),
      name: 'x',
      state,
      architecture: 'x86_64' as const,
      createdAt,
      tags: { TemplateName: template, Workspace: workspace, BaseTemplate: parent ?? '' },
      snapshots: ['snap-1'],
      sizeGb: 100,
      stateReason: undefined,
    },
    record: whole
      ? {
          template: templateName(template),
          digest,
          parent: parent === null ? null : templateName(parent),
          baseImage: imageId('ami-0'),
          region: 'us-west-2',
          buildDate: '2026-11-24T04:00:00Z',
          buildId: buildId('b'),
          workspace,
        }
      : undefined,
  };
}

const entry = {
  template: 'gromacs',
  image: 'ami-1',
  buildId: 'b',
  token: 1,
  builtAt: '2026-11-24T04:12:00Z',
  durationMs: 720_000,
  builtBy: 'ada@laptop',
};
const manifest: Manifest = { version: 1, images: { [digest]: entry } };
const current = { templates: new Map([[digest, names('gromacs', 'md/gromacs')]]), lacking: undefined };
const nothing = { templates: new Map(), lacking: undefined };

const knownBy = (one: Listed, ...rest: [Manifest, CurrentDigests]): KnownImage =>
  defined(knownImages([one], 'hpc', ...rest)[0]);
const known = (id: string, written: Written = {}): KnownImage =>
  knownBy(listed(id, written), manifest, current);

describe('an image', () => {
  test('has the memory of the manifest where that is of this very image', () => {
    expect(known('ami-1').entry).toEqual(entry);
    expect(known('ami-2').entry).toBeUndefined();
    expect(known('ami-1', { whole: false }).entry).toBeUndefined();
  });

  test('belongs to all templates that have its digest', () => {
    expect(known('ami-1').belongsTo).toEqual(['gromacs', 'md/gromacs']);
    expect(known('ami-1').isStale).toBe(false);
  });

  test.each<[string, Written, string | undefined, boolean | undefined]>([
    ['is stale where no template has its digest', {}, undefined, true],
    ['of another workspace is not for this one to say', { workspace: 'other' }, undefined, undefined],
    ['may be of a template that cannot be used', {}, 'a is wrong', undefined],
    ['with damaged tags is not known', { whole: false }, undefined, undefined],
  ])('%s', (_, written, lacking, stale) => {
    const one = knownBy(listed('ami-1', written), emptyManifest, { ...nothing, lacking });
    expect(one.belongsTo).toEqual([]);
    expect(one.isStale).toBe(stale);
  });
});

test.each([
  ['another workspace', '/amigraph/prod/gromacs/latest', undefined],
  ['this workspace', '/amigraph/hpc/gromacs/latest', true],
])('that a parameter of %s names, %s: stale is %s', (_, parameter, stale) => {
  const parameters = { [parameter]: { image: 'ami-1' }, [`${parameter}/b`]: { image: null, was: ['ami-3'] } };
  expect(knownBy(listed('ami-1'), { ...manifest, parameters }, nothing).isStale).toBe(stale);
  expect(knownBy(listed('ami-3'), { ...manifest, parameters }, nothing).isStale).toBe(stale);
  expect(knownBy(listed('ami-2'), { ...manifest, parameters }, nothing).isStale).toBe(true);
});

describe('of many images', () => {
  const all = [
    known('ami-1'),
    known('ami-2', { createdAt: '2026-10-01T00:00:00Z', state: 'failed' }),
    known('ami-3', { template: 'md/namd', workspace: 'other' }),
    knownBy(listed('ami-4', { template: 'namd' }), emptyManifest, nothing),
    known('ami-5', { whole: false, createdAt: '' }),
  ];
  test.each<[ImageFilter, string[]]>([
    [{}, ['ami-1', 'ami-2', 'ami-3', 'ami-4', 'ami-5']],
    [{ template: 'gromacs' }, ['ami-1', 'ami-2', 'ami-5']],
    [{ template: 'md/*' }, ['ami-3']],
    [{ template: '*namd' }, ['ami-4']],
    [{ template: 'nobody' }, []],
    [{ state: 'failed' }, ['ami-2']],
    [{ workspace: 'other' }, ['ami-3']],
    [{ atLeast: 86_400 }, ['ami-1', 'ami-2', 'ami-3', 'ami-4']],
    [{ atLeast: 86_401 }, ['ami-2']],
    [{ atMost: 86_400 }, ['ami-1', 'ami-3', 'ami-4']],
    [{ atMost: 86_399 }, []],
    [{ stale: true }, ['ami-4']],
    [{ template: 'gromacs', state: 'available', workspace: 'hpc' }, ['ami-1', 'ami-5']],
  ])('%j are', (filter, ids) => {
    expect(matching(all, filter, now).map(({ image }) => image.id)).toEqual(ids);
  });
});

const short = digest.slice(0, 16);

test('as a table', () => {
  const images = [
    known('ami-1'),
    known('ami-2', { parent: null, createdAt: '2026-11-25T03:12:00Z' }),
    knownBy(listed('ami-3', { createdAt: '' }), emptyManifest, nothing),
    known('ami-4', { whole: false, parent: null }),
  ].map((one) => imageView(one, now));
  expect(imagesTable(images)).toBe(
    [
      'IMAGE  TEMPLATE  HASH              STATE      STANDS ON   REGION     CREATED               AGE  SIZE     BUILT IN  BELONGS TO',
      `ami-1  gromacs   ${short}  available  foundation  us-west-2  2026-11-24 04:12 UTC  1 d  100 GiB  12 min    gromacs, md/gromacs`,
      `ami-2  gromacs   ${short}  available  ami-0       us-west-2  2026-11-25 03:12 UTC  1 h  100 GiB  -         gromacs, md/gromacs`,
      `ami-3  gromacs   ${short}  available  foundation  us-west-2  -                     -    100 GiB  -         none: stale`,
      'ami-4  gromacs   -                 available  -           -          2026-11-24 04:12 UTC  1 d  100 GiB  -         -',
      '',
    ].join('\n'),
  );
});

const asJson = {
  image: 'ami-1',
  template: 'gromacs',
  hash: short,
  digest,
  baseTemplate: 'foundation',
  baseImage: 'ami-0',
  state: 'available',
  region: 'us-west-2',
  createdAt: '2026-11-24T04:12:00Z',
  workspace: 'hpc',
  buildId: 'b',
  ageSeconds: 86_400,
  sizeGb: 100,
  durationMs: 720_000,
  builtBy: 'ada@laptop',
  belongsTo: ['gromacs', 'md/gromacs'],
  stale: false,
};

test('for programs', () => {
  expect(imageView(known('ami-1'), now)).toEqual(asJson);
});

describe('described', () => {
  const [foundation, gone] = [digestLike('foundation'), digestLike('gone')];
  const made = (template: string, parent: string | null, parts: readonly (readonly [string, string])[]) =>
    [
      {
        template: templateName(template),
        parent: parent === null ? null : templateName(parent),
        dependsOn: [],
        parts: parts as never,
      },
    ] as const;
  const parts = new Map([
    [
      digest,
      made('gromacs', 'foundation', [
        ['parent', foundation],
        ['package', 'gromacs@2025.3'],
        ['test', 'x'],
      ]),
    ],
    [
      foundation,
      made('foundation', null, [
        ['base image', 'ami-0'],
        ['package', 'gcc@14'],
        ['package', 'cmake@3'],
      ]),
    ],
    [gone, made('tools', 'lost', [['parent', digestLike('lost')]])],
  ]);

  test('it has the packages of all that it stands on', () => {
    const chain = chainOf(templateName('gromacs'), digest, parts);
    expect(chain).toEqual({
      links: [
        { template: 'gromacs', digest, packages: ['gromacs@2025.3'] },
        { template: 'foundation', digest: foundation, packages: ['gcc@14', 'cmake@3'] },
      ],
      base: 'ami-0',
    });
    const described = { known: known('ami-1'), chain };
    expect(describeView(described, now)).toEqual({
      ...asJson,
      name: 'x',
      snapshots: ['snap-1'],
      stateReason: null,
      chain: chain.links,
      base: 'ami-0',
    });
    expect(describeText(described, now, plainStyle)).toBe(`ami-1
  template    gromacs
  digest      ${digest}
  state       available
  created     2026-11-24 04:12 UTC, 1 d ago
  built       in 12 min by ada@laptop
  build       b
  stands on   foundation (ami-0)
  size        100 GiB
  snapshots   snap-1
  region      us-west-2
  workspace   hpc
  belongs to  gromacs, md/gromacs

Packages, from itself down to the base image
  gromacs ${short}
    gromacs@2025.3
  foundation ${foundation.slice(0, 16)}
    gcc@14
    cmake@3
  ami-0, the base image
`);
  });

  test('the chain ends where it is not known any further', () => {
    const chain = chainOf(templateName('tools'), gone, parts);
    expect(chain.links.map(({ template, packages }) => [template, packages])).toEqual([
      ['tools', []],
      ['lost', undefined],
    ]);
    expect(chain.base).toBeUndefined();
    const text = describeText({ known: known('ami-1'), chain }, now, plainStyle);
    expect(text).toContain(`  tools ${gone.slice(0, 16)}\n    none of its own\n`);
    expect(text).toMatch(/  lost [0-9a-f]{16}\n    what it is made of is not known\n$/);
  });

  test('without whole tags it shows what they say, and no packages', () => {
    const text = describeText(
      { known: known('ami-1', { whole: false, state: 'failed' }), chain: undefined },
      now,
      plainStyle,
    );
    expect(text).toContain('  digest      -\n  state       failed\n');
    expect(text).not.toContain('Packages');
  });
});
