/** What images call their root volume: a launch that names another device adds a second volume, and leaves the root as it was. It does not know what is launched. */
import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import type { CloudFailure } from '../../core/failure.ts';
import type { ImageId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { answerOf } from './calls.ts';
import type { Clients } from './clients.ts';

/** Asked for once for each image: it never changes. */
export function rootDevices({
  ec2,
}: Pick<Clients, 'ec2'>): (image: ImageId) => Promise<Result<string, CloudFailure>> {
  const known = new Map<ImageId, string>();
  return async (image) => {
    const before = known.get(image);
    if (before !== undefined) return ok(before);
    const answer = await answerOf('ec2:DescribeImages', () =>
      ec2.send(new DescribeImagesCommand({ ImageIds: [image], IncludeDeprecated: true })),
    );
    if (!answer.ok) return answer;
    const device = answer.value.Images?.[0]?.RootDeviceName;
    if (device === undefined) return fail(notShown(image));
    known.set(image, device);
    return ok(device);
  };
}

/** As EC2 says it of an image that it does not know yet everywhere. */
const notShown = (image: ImageId): CloudFailure => ({
  code: 'cloud',
  awsCode: 'InvalidAMIID.NotFound',
  operation: 'ec2:DescribeImages',
  message: `the image ${image} is not shown`,
  nature: 'refused',
});
