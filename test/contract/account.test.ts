/** Accounts, held to their contract. */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { connectAccount } from '../../src/adapters/aws/account.ts';
import { connect } from '../../src/adapters/aws/connect.ts';
import { serve } from '../../src/sandbox/serve.ts';
import { onCleanUp, rig } from '../sandbox/rig.ts';
import { type AccountRig, accountContract } from './account.contract.ts';
import { place } from './cloud.ts';

async function make(over: 'wire' | 'loopback'): Promise<AccountRig> {
  const { sandbox, s3 } = await rig();
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  let reach: { wire: typeof sandbox.wire } | { endpoint: string } = { wire: sandbox.wire };
  if (over === 'loopback') {
    process.env['AWS_ACCESS_KEY_ID'] = 'any';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'any';
    const served = await serve(sandbox, {});
    onCleanUp(() => served.close());
    reach = { endpoint: served.endpoint };
  }
  const connection = connect({ ...place, ...reach, bucket: 'bucket' });
  const account = connectAccount({ ...place, ...reach, bucket: 'bucket' });
  const withoutBucket = connectAccount({ ...place, ...reach, bucket: 'no-such-bucket' });
  onCleanUp(() => {
    for (const one of [connection, account, withoutBucket]) one.disconnect();
  });
  return { account, withoutBucket, store: connection.store };
}

for (const over of ['wire', 'loopback'] as const)
  accountContract(`AWS clients and the sandbox, over ${over}`, () => make(over));
