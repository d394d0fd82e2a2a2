/** The networks of the sandbox, launches on trial in them, and the quota, through the real AWS clients. */
import {
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
} from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { expect, test } from 'vitest';
import { settingsOf } from '../../src/adapters/aws/clients.ts';
import { errorOf, launch, rig } from './rig.ts';

const numbered = (kind: string, at: number): string => `${kind}-${String(at).padStart(17, '0')}`;
const inVpc = (at: number) => ({ Filters: [{ Name: 'vpc-id', Values: [numbered('vpc', at)] }] });

test('a Region that is asked for is there', async () => {
  const { ec2 } = await rig();
  const { Regions } = await ec2.send(new DescribeRegionsCommand({ RegionNames: ['eu-west-1'] }));
  expect(Regions).toMatchObject([{ RegionName: 'eu-west-1', OptInStatus: 'opt-in-not-required' }]);
});

test('one subnet is public and the default; the others lead elsewhere or nowhere', async () => {
  const { ec2 } = await rig();
  const byDefault = { Filters: [{ Name: 'default-for-az', Values: ['true'] }] };
  expect((await ec2.send(new DescribeSubnetsCommand(byDefault))).Subnets).toMatchObject([
    { SubnetId: numbered('subnet', 0), VpcId: numbered('vpc', 0), MapPublicIpOnLaunch: true },
  ]);
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand(inVpc(0)));
  const out = RouteTables.map(({ Associations, Routes }) => {
    const route = Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
    return [Associations?.[0]?.SubnetId, route?.GatewayId ?? route?.NatGatewayId];
  });
  expect(out).toEqual([
    [numbered('subnet', 0), numbered('igw', 0)],
    [numbered('subnet', 1), numbered('nat', 0)],
    [numbered('subnet', 2), undefined],
    [numbered('subnet', 4), numbered('igw', 0)],
  ]);
  expect(await errorOf(ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-1'] })))).toBe(
    'InvalidSubnetID.NotFound',
  );
});

test('one VPC has endpoints in place of a way out', async () => {
  const { ec2 } = await rig();
  const names = async (vpc: number) => {
    const { VpcEndpoints } = await ec2.send(new DescribeVpcEndpointsCommand(inVpc(vpc)));
    return VpcEndpoints?.map(({ ServiceName, VpcEndpointType }) => `${VpcEndpointType} ${ServiceName}`);
  };
  expect(await names(0)).toEqual([]);
  expect(await names(1)).toEqual([
    'Interface com.amazonaws.us-west-2.ssm',
    'Interface com.amazonaws.us-west-2.ssmmessages',
    'Interface com.amazonaws.us-west-2.ec2messages',
    'Gateway com.amazonaws.us-west-2.s3',
  ]);
});

test('security groups', async () => {
  const { ec2 } = await rig();
  const { SecurityGroups } = await ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds: [numbered('sg', 1), numbered('sg', 2)] }),
  );
  expect(SecurityGroups).toMatchObject([
    { GroupName: 'ssh', IpPermissions: [{ FromPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] },
    { GroupName: 'shut', IpPermissions: [], IpPermissionsEgress: [] },
  ]);
  expect(await errorOf(ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-1'] })))).toBe(
    'InvalidGroup.NotFound',
  );
});

test('a launch on trial is checked like one in earnest, and launches nothing', async () => {
  const at = await rig();
  const trial = { DryRun: true, ClientToken: 'once' };
  expect(await errorOf(launch(at, trial))).toBe('DryRunOperation');
  expect(await errorOf(launch(at, { ...trial, SubnetId: 'subnet-1' }))).toBe('InvalidSubnetID.NotFound');
  expect(await errorOf(launch(at, { ...trial, SecurityGroupIds: ['sg-1'] }))).toBe('InvalidGroup.NotFound');
  expect(await errorOf(launch(at, { ...trial, ImageId: 'ami-00000000000000000' }))).toBe(
    'InvalidAMIID.NotFound',
  );
  expect((await at.ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  await launch(at, { ClientToken: 'once' });
});

test('the quota of threads', async () => {
  const { sandbox } = await rig();
  const quotas = new ServiceQuotasClient(settingsOf({ region: 'us-west-2', wire: sandbox.wire }));
  const get = (QuotaCode: string) =>
    quotas.send(new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode }));
  expect((await get('L-1216C47A')).Quota).toMatchObject({ Value: 256 });
  expect((await get('L-34B43A08')).Quota).toMatchObject({ Value: 256 });
  expect(await errorOf(get('L-00000000'))).toBe('NoSuchResourceException');
});
