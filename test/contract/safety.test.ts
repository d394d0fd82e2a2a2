/** What is sent to EC2 keeps instances and images safe, read where it leaves the clients; and a launch on trial is one in earnest but for DryRun. */
import { expect, test } from 'vitest';
import { connectAccount } from '../../src/adapters/aws/account.ts';
import { connect } from '../../src/adapters/aws/connect.ts';
import type { Wire } from '../../src/core/wire.ts';
import { homeRegion, oneMinute, onCleanUp, rig } from '../sandbox/rig.ts';
import { baseParameter, done, launchOf } from './cloud.ts';

type Form = Readonly<Record<string, string>>;

/** The adapters at a sandbox, and the forms that EC2 was sent for an action. */
async function watched() {
  const { sandbox, step } = await rig();
  const forms: Form[] = [];
  const wire: Wire = (request) => {
    forms.push(Object.fromEntries(new URLSearchParams(Buffer.from(request.body).toString())));
    return sandbox.wire(request);
  };
  const place = {
    region: homeRegion,
    bucket: 'bucket',
    wire,
    securityGroups: ['sg-00000000000000004'],
    instanceProfile: 'builder',
    kmsKey: 'alias/images',
  };
  const subnet = 'subnet-00000000000000001';
  const connection = connect(place);
  const account = connectAccount(place);
  onCleanUp(() => {
    connection.disconnect();
    account.disconnect();
  });
  const image = done(await connection.registry.resolveParameter(baseParameter));
  return {
    ...connection,
    account,
    request: { ...launchOf(image, 'one'), subnet },
    step,
    sent: (action: string) => forms.filter(({ Action }) => Action === action),
  };
}

test('a launch: IMDSv2 alone, encrypted, no key pair, no public address; it ends itself', async () => {
  const { builder, request, sent } = await watched();
  done(await builder.launch(request));
  const [form = {}] = sent('RunInstances');
  expect(form).toMatchObject({
    'MetadataOptions.HttpTokens': 'required',
    'BlockDeviceMapping.1.Ebs.Encrypted': 'true',
    'BlockDeviceMapping.1.Ebs.KmsKeyId': 'alias/images',
    'BlockDeviceMapping.1.Ebs.DeleteOnTermination': 'true',
    InstanceInitiatedShutdownBehavior: 'terminate',
    'IamInstanceProfile.Name': 'builder',
    SubnetId: 'subnet-00000000000000001',
    'SecurityGroupId.1': 'sg-00000000000000004',
  });
  const names = Object.keys(form);
  expect(names.filter((name) => /KeyName|NetworkInterface|PublicIp/i.test(name))).toEqual([]);
  expect(names.filter((name) => name.startsWith('SecurityGroupId.'))).toHaveLength(1);
  const tagged = Object.entries(form).filter(([, value]) => value === 'ManagedBy').length;
  // The policy of the caller lets it launch nothing else: instance and volume.
  expect(tagged).toBe(2);
});

test('a launch on trial is one in earnest but for DryRun, and launches nothing', async () => {
  const { builder, account, request, sent, step } = await watched();
  done(await account.tryLaunch(request));
  done(await builder.launch(request));
  const [trial = {}, launch = {}] = sent('RunInstances');
  expect(trial).toEqual({ ...launch, DryRun: 'true' });
  step(oneMinute);
  expect(done(await builder.instancesTagged('ManagedBy', 'amigraph'))).toHaveLength(1);
});

test('images are looked up by tag among our own alone', async () => {
  const { registry, sent } = await watched();
  done(await registry.findByTag('TemplateHash', ['aa']));
  done(
    await registry.findByTag(
      'TemplateHash',
      Array.from({ length: 300 }, (_, at) => `${at}`),
    ),
  );
  const forms = sent('DescribeImages');
  expect(forms.length).toBeGreaterThan(1);
  for (const form of forms) expect(form['Owner.1']).toBe('self');
});
