/** What a template's parameter says, and what a run said of its image. It does not know which is right. */
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { lookInto } from '../e2e/cloud.ts';
import type { JsonEvent, Process, World } from './rig.ts';

export const ssmOf = async (world: World): Promise<SSMClient> =>
  (await lookInto(world.folder, () => world.clock.now())).ssm;

/** The image that it names; it must be one to EC2. */
export async function latest(ssm: SSMClient, template = 'a', workspace = 'hpc'): Promise<string | undefined> {
  const Name = `/amigraph/${workspace}/${template}/latest`;
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  if (Parameter?.DataType !== 'aws:ec2:image') throw new Error(`${Name} is of type ${Parameter?.DataType}`);
  return Parameter.Value;
}

export const imageOf = ({ events }: Process, template = 'a'): unknown =>
  events.find((event) => event.type === 'image-finished' && event['template'] === template)?.['image'];

export const warnings = ({ events }: Process): JsonEvent[] => events.filter(({ type }) => type === 'warning');
