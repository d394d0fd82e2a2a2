/** What every Account holds to: each question stands alone, is answered by facts, and changes nothing. */
import { describe, expect, test } from 'vitest';
import type { Account } from '../../src/ports/account.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { done, launchOf, refusal } from './cloud.ts';
import { imageId } from '../../src/core/ids.ts';

export interface AccountRig {
  readonly account: Account;
  /** Of the same cloud, through a bucket that does not exist. */
  readonly withoutBucket: Account;
  readonly store: ObjectStore;
}

const numbered = (kind: string, at: number): string => `${kind}-${String(at).padStart(17, '0')}`;

export function accountContract(name: string, makeIt: () => Promise<AccountRig>): void {
  describe(`Account: ${name}`, () => {
    test('the caller, the Region and SSM', async () => {
      const { account } = await makeIt();
      expect(done(await account.caller())).toEqual({
        account: '000000000000',
        arn: 'arn:aws:iam::000000000000:user/sandbox',
      });
      expect(done(await account.region())).toBe('enabled');
      expect(done(await account.commands())).toBeUndefined();
    });

    test('a bucket as it is made', async () => {
      const { account } = await makeIt();
      expect(done(await account.bucketRegion())).toBe('us-west-2');
      expect(done(await account.bucketVersioned())).toBe(false);
      expect(done(await account.bucketPolicy())).toBeUndefined();
      expect(done(await account.bucketClosed())).toBe(false);
      expect(done(await account.bucketEncryption())).toBe('AES256');
    });

    test('a bucket that is not there', async () => {
      const { withoutBucket } = await makeIt();
      for (const answer of [
        await withoutBucket.bucketRegion(),
        await withoutBucket.bucketVersioned(),
        await withoutBucket.bucketPolicy(),
        await withoutBucket.bucketClosed(),
        await withoutBucket.bucketEncryption(),
      ])
        expect(refusal(answer)).toBe('refused NoSuchBucket');
    });

    test('an object is removed with its ETag alone, where one is given', async () => {
      const { account, store } = await makeIt();
      const stored = await store.put('a', '{}', { absent: true });
      if (stored.kind !== 'stored') throw new Error(stored.kind);
      expect(done(await account.removeObject('a', '"00000000000000000000000000000000"'))).toBe('kept');
      expect(done(await store.get('a'))).toEqual({ text: '{}', etag: stored.etag });
      expect(done(await account.removeObject('a', stored.etag))).toBe('removed');
      expect(done(await store.get('a'))).toBeUndefined();
      expect(done(await account.removeObject('a'))).toBe('removed');
    });

    test('subnets, and where they lead', async () => {
      const { account } = await makeIt();
      expect(done(await account.subnet(undefined))).toEqual({
        id: numbered('subnet', 0),
        vpc: numbered('vpc', 0),
        zone: 'us-west-2a',
        freeAddresses: 4091,
        wayOut: 'internet-gateway',
        publicAddresses: true,
        endpoints: [],
      });
      const views = await Promise.all([1, 2, 3].map((at) => account.subnet(numbered('subnet', at))));
      expect(views.map(done).map((view) => [view?.wayOut, view?.endpoints])).toEqual([
        ['nat-gateway', []],
        ['none', []],
        ['none', ['ssm', 'ssmmessages', 'ec2messages', 's3']],
      ]);
      expect(refusal(await account.subnet('subnet-1'))).toBe('refused InvalidSubnetID.NotFound');
    });

    test('security groups, and whom they let in but their own members', async () => {
      const { account } = await makeIt();
      const own = { id: numbered('sg', 3), vpc: numbered('vpc', 1), inbound: [], httpsOut: true };
      expect(done(await account.securityGroups([], numbered('vpc', 1)))).toEqual([own]);
      const asked = [numbered('sg', 1), numbered('sg', 2)];
      const vpc = numbered('vpc', 0);
      expect(done(await account.securityGroups(asked, undefined))).toEqual([
        { id: asked[0], vpc, inbound: ['tcp 22 from 0.0.0.0/0'], httpsOut: true },
        { id: asked[1], vpc, inbound: [], httpsOut: false },
      ]);
      expect(refusal(await account.securityGroups(['sg-1'], undefined))).toBe(
        'refused InvalidGroup.NotFound',
      );
    });

    test('instance types and quotas', async () => {
      const { account } = await makeIt();
      expect(done(await account.instanceType('c7g.xlarge'))).toEqual({
        threads: 4,
        architectures: ['arm64'],
      });
      expect(done(await account.instanceType('c99.xlarge'))).toBeUndefined();
      expect(done(await account.threadQuota(false))).toBe(256);
      expect(done(await account.threadQuota(true))).toBe(256);
    });

    test('a launch on trial from an image that nobody has is refused', async () => {
      const { account } = await makeIt();
      const request = launchOf(imageId('ami-00000000000000000'), 'one');
      expect(refusal(await account.tryLaunch(request))).toBe('refused InvalidAMIID.NotFound');
    });
  });
}
