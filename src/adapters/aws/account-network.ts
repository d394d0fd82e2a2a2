/** What EC2 says of subnets and security groups. It does not judge whether a build can be reached there. */
import {
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  type EC2Client,
  type IpPermission,
  type RouteTable,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { ok } from '../../core/result.ts';
import type { Account, SecurityGroupView, SubnetView } from '../../ports/account.ts';
import { answerOf } from './calls.ts';

export function networkAccount(ec2: EC2Client): Pick<Account, 'subnet' | 'securityGroups'> {
  return {
    async subnet(id) {
      const which =
        id === undefined ? { Filters: [{ Name: 'default-for-az', Values: ['true'] }] } : { SubnetIds: [id] };
      const answer = await answerOf('ec2:DescribeSubnets', () => ec2.send(new DescribeSubnetsCommand(which)));
      if (!answer.ok) return answer;
      const [subnet] = answer.value.Subnets ?? [];
      if (subnet === undefined) return ok(undefined);
      const { SubnetId = '', VpcId = '', AvailabilityZone = '' } = subnet;
      const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
      const tables = await answerOf('ec2:DescribeRouteTables', () =>
        ec2.send(new DescribeRouteTablesCommand({ Filters })),
      );
      if (!tables.ok) return tables;
      const endpoints = await answerOf('ec2:DescribeVpcEndpoints', () =>
        ec2.send(new DescribeVpcEndpointsCommand({ Filters })),
      );
      if (!endpoints.ok) return endpoints;
      const services = (endpoints.value.VpcEndpoints ?? []).flatMap(({ State, ServiceName }) =>
        State?.toLowerCase() === 'available' ? (ServiceName?.split('.').at(-1) ?? []) : [],
      );
      return ok({
        id: SubnetId,
        vpc: VpcId,
        zone: AvailabilityZone,
        freeAddresses: subnet.AvailableIpAddressCount ?? 0,
        wayOut: wayOut(tableOf(SubnetId, tables.value.RouteTables ?? [])),
        publicAddresses: subnet.MapPublicIpOnLaunch === true,
        endpoints: [...new Set(services)],
      });
    },
    securityGroups: (ids, vpc) =>
      answerOf('ec2:DescribeSecurityGroups', async () => {
        const byDefault = [
          { Name: 'group-name', Values: ['default'] },
          { Name: 'vpc-id', Values: [vpc ?? ''] },
        ];
        const which = ids.length > 0 ? { GroupIds: [...ids] } : { Filters: byDefault };
        const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand(which));
        return SecurityGroups.map(groupView);
      }),
  };
}

/** That of the subnet, or where it has none of its own, the main one of the VPC. */
function tableOf(subnet: string, tables: readonly RouteTable[]): RouteTable | undefined {
  const associated = (is: (one: { SubnetId?: string; Main?: boolean }) => boolean): RouteTable | undefined =>
    tables.find(({ Associations = [] }) => Associations.some((one) => is(one as object)));
  return associated(({ SubnetId }) => SubnetId === subnet) ?? associated(({ Main }) => Main === true);
}

function wayOut(table: RouteTable | undefined): SubnetView['wayOut'] {
  const route = (table?.Routes ?? []).find(
    ({ DestinationCidrBlock, State }) => DestinationCidrBlock === '0.0.0.0/0' && State !== 'blackhole',
  );
  if (route === undefined) return 'none';
  if (route.NatGatewayId !== undefined) return 'nat-gateway';
  return route.GatewayId?.startsWith('igw-') === true ? 'internet-gateway' : 'elsewhere';
}

function groupView(group: SecurityGroup): SecurityGroupView {
  const { GroupId = '', VpcId = '', IpPermissions = [], IpPermissionsEgress = [] } = group;
  return {
    id: GroupId,
    vpc: VpcId,
    inbound: IpPermissions.flatMap((rule) =>
      sourcesOf(rule)
        .filter((source) => source !== GroupId)
        .map((source) => `${portsOf(rule)} from ${source}`),
    ),
    httpsOut: IpPermissionsEgress.some(
      ({ IpProtocol, FromPort = 0, ToPort = 65_535 }) =>
        IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= 443 && 443 <= ToPort),
    ),
  };
}

const sourcesOf = ({ IpRanges, Ipv6Ranges, PrefixListIds, UserIdGroupPairs }: IpPermission): string[] => [
  ...(IpRanges ?? []).flatMap(({ CidrIp }) => CidrIp ?? []),
  ...(Ipv6Ranges ?? []).flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
  ...(PrefixListIds ?? []).flatMap(({ PrefixListId }) => PrefixListId ?? []),
  ...(UserIdGroupPairs ?? []).flatMap(({ GroupId }) => GroupId ?? []),
];

function portsOf({ IpProtocol = '', FromPort, ToPort }: IpPermission): string {
  if (IpProtocol === '-1') return 'anything';
  return FromPort === ToPort ? `${IpProtocol} ${FromPort}` : `${IpProtocol} ${FromPort}-${ToPort}`;
}
