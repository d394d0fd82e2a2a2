/** A manifest that is lost while a run is at it. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { manifestKey } from '../../src/cache/manifest.ts';
import { cloudOf } from './leases-rig.ts';
import { last, makeWorld, type Process, stepStarted } from './rig.ts';

const files = {
  'amifile.ts': "export default { cache: { trust: 'manifest' } };\n",
  'templates/a.yaml': 'tests: [a]\n',
  'templates/b.yaml': 'extends: a.yaml\ntests: [b]\n',
  'templates/c.yaml': 'extends: b.yaml\ntests: [c]\n',
};
const key = manifestKey('amigraph/', 'us-west-2');

const warnings = ({ events }: Process): unknown[] =>
  events.filter(({ type }) => type === 'warning').map(({ code, setAside }) => [code, setAside]);

test.each([
  ['removed', undefined, null],
  ['damaged', 'spoilt', expect.stringContaining(`${key}.unreadable-`)],
])(
  '%s, it is written again with what the run had seen, and the next builds nothing',
  async (_, text, setAside) => {
    const world = await makeWorld(files);
    const { store, s3 } = await cloudOf(world);
    expect(await world.start(['build', 'a']).code).toBe(0);
    const run = world.start(['build', '--all']);
    await run.event(stepStarted('test 2'));
    await s3.send(new DeleteObjectCommand({ Bucket: 'amigraph-sandbox', Key: key }));
    if (text !== undefined) await store.put(key, text, { absent: true });
    expect(await run.code).toBe(0);
    expect(warnings(run)).toEqual([['manifest-restored', setAside]]);
    const next = world.start(['build', '--all']);
    expect(await next.code).toBe(0);
    expect(last(next)).toMatchObject({ built: [], reused: ['a', 'b', 'c'] });
    expect(warnings(next)).toEqual([]);
  },
);
