/** The networks of the sandbox: in each Region the same few, one for each way in which a build can be reached or not. It does not know what is launched in them. */
import type { Call } from '../call.ts';
import { account, Refusal } from '../call.ts';
import type { Tags } from '../records.ts';
import type { Xml } from '../xml.ts';
import { filterOf, type FilterValues } from './filters.ts';
import type { Query } from './query.ts';

interface Thing {
  readonly id: string;
  readonly vpc: string;
  readonly tags: Tags;
}

interface Subnet extends Thing {
  /** Where what is meant for everywhere goes; undefined: nowhere. */
  readonly gateway: { readonly gatewayId: string } | { readonly natGatewayId: string } | undefined;
  readonly publicAddresses: boolean;
  readonly isDefault: boolean;
}

interface Group extends Thing {
  readonly name: string;
  readonly inbound: readonly Xml[];
  readonly outbound: readonly Xml[];
}

const numbered = (kind: string, at: number): string => `${kind}-${String(at).padStart(17, '0')}`;

const home = { vpc: numbered('vpc', 0), tags: {} };
/** It has endpoints of the services in place of a way out. */
const closed = { vpc: numbered('vpc', 1), tags: {} };

const plain = { publicAddresses: false, isDefault: false };
export const defaultSubnet = numbered('subnet', 0);

const subnets: readonly Subnet[] = [
  {
    ...home,
    id: defaultSubnet,
    gateway: { gatewayId: numbered('igw', 0) },
    publicAddresses: true,
    isDefault: true,
  },
  { ...home, ...plain, id: numbered('subnet', 1), gateway: { natGatewayId: numbered('nat', 0) } },
  { ...home, ...plain, id: numbered('subnet', 2), gateway: undefined },
  { ...closed, ...plain, id: numbered('subnet', 3), gateway: undefined },
  { ...home, ...plain, id: numbered('subnet', 4), gateway: { gatewayId: numbered('igw', 0) } },
];

const everywhere = { ipProtocol: '-1', ipRanges: { item: [{ cidrIp: '0.0.0.0/0' }] } };
const ssh = { ipProtocol: 'tcp', fromPort: 22, toPort: 22, ipRanges: { item: [{ cidrIp: '0.0.0.0/0' }] } };
const members = (id: string): Xml => ({
  ipProtocol: '-1',
  groups: { item: [{ userId: account, groupId: id }] },
});

function defaultGroup(place: typeof home, at: number): Group {
  const id = numbered('sg', at);
  return { ...place, id, name: 'default', inbound: [members(id)], outbound: [everywhere] };
}

const groups: readonly Group[] = [
  defaultGroup(home, 0),
  { ...home, id: numbered('sg', 1), name: 'ssh', inbound: [ssh], outbound: [everywhere] },
  { ...home, id: numbered('sg', 2), name: 'shut', inbound: [], outbound: [] },
  defaultGroup(closed, 3),
  { ...home, id: numbered('sg', 4), name: 'out', inbound: [], outbound: [everywhere] },
];

/** Every Region that is asked for is there, and needs no consent. */
export function describeRegions(query: Query, call: Call): Record<string, Xml> {
  const names = query.list('RegionName');
  const item = (names.length === 0 ? [call.region] : names).map((regionName) => ({
    regionName,
    regionEndpoint: `ec2.${regionName}.amazonaws.com`,
    optInStatus: 'opt-in-not-required',
  }));
  return { regionInfo: { item } };
}

export function describeSubnets(query: Query, call: Call): Record<string, Xml> {
  const asked = query.list('SubnetId').map((id) => findSubnet(id).id);
  const item = matching(query, asked, subnets, {
    'default-for-az': ({ isDefault }) => String(isDefault),
  }).map(({ id, vpc, isDefault, publicAddresses }) => ({
    subnetId: id,
    state: 'available',
    vpcId: vpc,
    cidrBlock: '172.31.0.0/20',
    availableIpAddressCount: 4091,
    availabilityZone: `${call.region}a`,
    defaultForAz: isDefault,
    mapPublicIpOnLaunch: publicAddresses,
    ownerId: account,
  }));
  return { subnetSet: { item } };
}

/** A table for each subnet. */
export function describeRouteTables(query: Query): Record<string, Xml> {
  const item = matching(query, [], subnets, {
    'association.subnet-id': ({ id }) => id,
  }).map(({ id, vpc, gateway }) => ({
    routeTableId: id.replace('subnet', 'rtb'),
    vpcId: vpc,
    routeSet: {
      item: [
        { destinationCidrBlock: '172.31.0.0/16', gatewayId: 'local', state: 'active' },
        ...(gateway === undefined
          ? []
          : [{ destinationCidrBlock: '0.0.0.0/0', ...gateway, state: 'active' }]),
      ],
    },
    associationSet: { item: [{ routeTableId: id.replace('subnet', 'rtb'), subnetId: id, main: false }] },
  }));
  return { routeTableSet: { item } };
}

export function describeVpcEndpoints(query: Query, call: Call): Record<string, Xml> {
  const endpoints = ['ssm', 'ssmmessages', 'ec2messages', 's3'].map((service, at) => ({
    ...closed,
    id: numbered('vpce', at),
    service,
  }));
  const item = matching(query, [], endpoints, {}).map(({ id, vpc, service }) => ({
    vpcEndpointId: id,
    vpcEndpointType: service === 's3' ? 'Gateway' : 'Interface',
    vpcId: vpc,
    serviceName: `com.amazonaws.${call.region}.${service}`,
    state: 'available',
  }));
  return { vpcEndpointSet: { item } };
}

export function describeSecurityGroups(query: Query): Record<string, Xml> {
  const asked = query.list('GroupId').map((id) => findGroup(id).id);
  const item = matching(query, asked, groups, {
    'group-name': ({ name }) => name,
  }).map(({ id, vpc, name, inbound, outbound }) => ({
    ownerId: account,
    groupId: id,
    groupName: name,
    groupDescription: name,
    vpcId: vpc,
    ipPermissions: { item: inbound },
    ipPermissionsEgress: { item: outbound },
  }));
  return { securityGroupInfo: { item } };
}

/** Those of the ids, or all, that pass the filters. */
function matching<One extends Thing>(
  query: Query,
  ids: readonly string[],
  things: readonly One[],
  filters: FilterValues<One>,
): One[] {
  const passes = filterOf<One>(query, { 'vpc-id': ({ vpc }) => vpc, ...filters });
  return things.filter((one) => (ids.length === 0 || ids.includes(one.id)) && passes(one));
}

export function findSubnet(id: string): Subnet {
  const found = subnets.find((subnet) => subnet.id === id);
  if (found === undefined)
    throw new Refusal('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
  return found;
}

export function findGroup(id: string): Group {
  const found = groups.find((group) => group.id === id);
  if (found === undefined)
    throw new Refusal('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
  return found;
}
