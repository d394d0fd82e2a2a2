/** EC2 images and SSM parameters as the image registry. It does not know which image will do. */
import { DeregisterImageCommand, type DescribeImagesCommandInput } from '@aws-sdk/client-ec2';
import { GetParameterCommand, GetParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { CloudFailure } from '../../core/failure.ts';
import { imageId } from '../../core/ids.ts';
import type { RegisteredImage } from '../../core/image.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ImageRegistry, NamedImage } from '../../ports/image-registry.ts';
import { answerOf, batches, valuesPerFilter } from './calls.ts';
import type { Clients } from './clients.ts';
import { describe } from './describe-images.ts';

/** The most that EC2 gives at once. */
const pageSize = 1000;

/** The most that SSM gives at once. */
const parametersAtOnce = 10;

const own = { Owners: ['self'], IncludeDisabled: true };

export function ec2ImageRegistry({ ec2, ssm }: Clients): ImageRegistry {
  /** Page by page; undefined: there are more than `mostPages`. */
  const describePages = (
    input: DescribeImagesCommandInput,
    mostPages: number,
  ): Promise<Result<RegisteredImage[] | undefined, CloudFailure>> =>
    answerOf('ec2:DescribeImages', async () => {
      const images: RegisteredImage[] = [];
      let token: string | undefined;
      for (let pages = 0; pages < mostPages; pages += 1) {
        const page = await describe(ec2, { ...input, MaxResults: pageSize, NextToken: token });
        for (const image of page.images) images.push(image);
        token = page.nextToken;
        if (token === undefined) return images;
      }
      return undefined;
    });

  const describeAll = async (
    input: DescribeImagesCommandInput,
  ): Promise<Result<RegisteredImage[], CloudFailure>> => {
    const all = await describePages(input, Infinity);
    return all.ok ? ok(all.value ?? []) : all;
  };

  const describeSome = async (
    filter: string,
    values: readonly string[],
  ): Promise<Result<RegisteredImage[], CloudFailure>> => {
    const found: RegisteredImage[] = [];
    for (const some of batches(values, valuesPerFilter)) {
      const page = await describeAll({ ...own, Filters: [{ Name: filter, Values: some }] });
      if (!page.ok) return page;
      found.push(...page.value);
    }
    return ok(found);
  };

  return {
    async findByTag(tag, values) {
      if (values.length === 0) return ok([]);
      const calls = Math.ceil(values.length / valuesPerFilter);
      if (calls === 1) return describeSome(`tag:${tag}`, values);
      // A page holds more images than a filter takes values: where there are not many more than are wanted, all of them cost less.
      const listed = await describePages({ ...own, Filters: [{ Name: 'tag-key', Values: [tag] }] }, calls);
      if (!listed.ok) return listed;
      if (listed.value === undefined) return describeSome(`tag:${tag}`, values);
      const wanted = new Set(values);
      return ok(listed.value.filter(({ tags }) => wanted.has(tags[tag] ?? '')));
    },
    // A filter, where ids as such would fail as a whole for one that is not there.
    describe: (ids) => describeSome('image-id', ids),
    async find(id) {
      // Without a page's size: beside the ids of instances or snapshots EC2 does not take one.
      const input = { ImageIds: [id], IncludeDeprecated: true, IncludeDisabled: true };
      const found = await answerOf('ec2:DescribeImages', () => describe(ec2, input));
      if (found.ok) return ok(found.value.images[0]);
      return found.error.awsCode.startsWith('InvalidAMIID.') ? ok(undefined) : found;
    },
    findPublished: (names) =>
      describeAll({
        Owners: ['amazon'],
        IncludeDeprecated: true,
        Filters: [{ Name: 'name', Values: [names] }],
      }),
    async resolveParameter(name) {
      const answer = await answerOf('ssm:GetParameter', () =>
        ssm.send(new GetParameterCommand({ Name: name })),
      );
      if (!answer.ok) return answer;
      const value = answer.value.Parameter?.Value ?? '';
      return /^ami-[0-9a-f]+$/.test(value) ? ok(imageId(value)) : fail(notAnImage(name, value));
    },
    async nameImage(parameter, image) {
      const input = {
        Name: parameter,
        Value: image,
        Type: 'String',
        DataType: 'aws:ec2:image',
        Overwrite: true,
      } as const;
      const answer = await answerOf(
        'ssm:PutParameter',
        () => ssm.send(new PutParameterCommand(input)),
        parameter,
      );
      return answer.ok ? ok({ image, version: answer.value.Version ?? 1 }) : answer;
    },
    namedImages: (parameters) =>
      answerOf('ssm:GetParameters', async () => {
        const found = new Map<string, NamedImage>();
        for (const some of batches(parameters, parametersAtOnce)) {
          const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: some }));
          for (const { Name, Value, Version = 1 } of Parameters)
            if (Name !== undefined) found.set(Name, { image: Value ?? '', version: Version });
        }
        return found;
      }),
    async remove(image) {
      const input = { ImageId: image, DeleteAssociatedSnapshots: true };
      const answer = await answerOf('ec2:DeregisterImage', () => ec2.send(new DeregisterImageCommand(input)));
      if (!answer.ok && !answer.error.awsCode.startsWith('InvalidAMIID.')) return answer;
      return ok(undefined);
    },
  };
}

const notAnImage = (name: string, value: string): CloudFailure => ({
  code: 'cloud',
  awsCode: 'NotAnImage',
  operation: 'ssm:GetParameter',
  message: `the parameter ${name} holds ${JSON.stringify(value.slice(0, 100))}, not an image's id`,
  nature: 'refused',
});
