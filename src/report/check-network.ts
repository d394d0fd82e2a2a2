/** What is said of the subnet and the security groups of build instances: nobody need reach them, but they must reach SSM. It does not ask for them. */
import type { CloudFailure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import type { SecurityGroupView, SubnetView } from '../ports/account.ts';
import { type Check, failedCheck, notChecked, okCheck, unanswered, warningCheck } from './check.ts';

/** What SSM's agent speaks to, and where the output of steps goes. */
const services = ['ssm', 'ssmmessages', 'ec2messages', 's3'];

/** `id`: what amifile.ts says; undefined: nothing. */
export function subnetCheck(
  id: string | undefined,
  answer: Result<SubnetView | undefined, CloudFailure>,
): Check {
  const what = 'subnet';
  if (!answer.ok) {
    if (!answer.error.awsCode.startsWith('InvalidSubnetID.'))
      return unanswered(what, answer.error, id === undefined ? 'unknown' : 'failed');
    return failedCheck(
      what,
      `there is no subnet ${id}`,
      'set builder.subnet to one of this Region and account',
    );
  }
  if (answer.value === undefined)
    return failedCheck(
      what,
      'none is set, and the Region has no default VPC to take one from',
      'set builder.subnet to one of yours',
    );
  const { id: found, vpc, zone, freeAddresses } = answer.value;
  const says = `${id === undefined ? 'none is set: the default ones, as ' : ''}${found} in ${zone}, ${vpc}`;
  return freeAddresses === 0
    ? warningCheck(what, `${says}, has no free address`, 'free some, or set builder.subnet to another one')
    : okCheck(what, `${says}, ${freeAddresses} free addresses`);
}

/** Whether instances there come to SSM and S3, and so to be told what to do. */
export function reachCheck(answer: Result<SubnetView | undefined, CloudFailure>): Check {
  const what = 'way to SSM';
  if (!answer.ok || answer.value === undefined) return notChecked(what, 'the subnet is not known');
  const { id, vpc, wayOut, publicAddresses, endpoints } = answer.value;
  const missing = services.filter((service) => !endpoints.includes(service));
  if (missing.length === 0) return okCheck(what, `${vpc} has endpoints of ${services.join(', ')}`);
  if (wayOut === 'nat-gateway') return okCheck(what, `from ${id} through a NAT gateway`);
  if (wayOut === 'elsewhere')
    return okCheck(what, `from ${id} through a gateway of your own, as far as can be seen`);
  if (wayOut === 'internet-gateway' && publicAddresses)
    return okCheck(what, `from ${id} through the internet gateway; instances get a public address`);
  const endpointsCure = `give ${vpc} endpoints of ${missing.join(', ')}`;
  if (wayOut === 'internet-gateway')
    return warningCheck(
      what,
      `${id} leads to an internet gateway, but its instances get no public address`,
      `${endpointsCure}, or the subnet a route to a NAT gateway: see docs/aws-setup.md`,
    );
  return warningCheck(
    what,
    `nothing leads out of ${id}: no NAT gateway, no internet gateway, no endpoint of ${missing.join(', ')}`,
    `${endpointsCure}, or the subnet a route to a NAT gateway: see docs/aws-setup.md`,
  );
}

/** `ids`: what amifile.ts says; `vpc`: that of the subnet. */
export function groupsCheck(
  ids: readonly string[],
  vpc: string | undefined,
  answer: Result<readonly SecurityGroupView[], CloudFailure>,
): Check {
  const what = 'security groups';
  const set = ids.length > 0;
  if (!answer.ok) {
    if (!answer.error.awsCode.startsWith('InvalidGroup'))
      return unanswered(what, answer.error, set ? 'failed' : 'unknown');
    return failedCheck(
      what,
      answer.error.message,
      'set builder.securityGroups to groups of this Region and account',
    );
  }
  const groups = answer.value;
  const stray = groups.find((group) => vpc !== undefined && group.vpc !== vpc);
  if (stray !== undefined)
    return failedCheck(
      what,
      `${stray.id} is of ${stray.vpc}, and the subnet of ${vpc}`,
      'set builder.securityGroups to groups of the VPC of builder.subnet',
    );
  const open = groups.flatMap(({ id, inbound }) => inbound.map((rule) => `${rule} (${id})`));
  if (open.length > 0)
    return warningCheck(
      what,
      `they let in ${open.join(', ')}`,
      'take a group without inbound rules: amigraph needs none, since steps are sent through SSM',
    );
  const names = groups.map(({ id }) => id).join(', ');
  if (!groups.some(({ httpsOut }) => httpsOut))
    return warningCheck(
      what,
      `${names} let nothing out to port 443, where SSM is`,
      'allow outbound TCP to port 443',
    );
  return okCheck(what, `${set ? names : `none is set: the default one, ${names}`}; nobody is let in`);
}
