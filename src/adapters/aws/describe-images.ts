/** One call of DescribeImages by the SDK, but for the reading of its answer. It does not know pages nor retries. */
import { Readable } from 'node:stream';
import { DescribeImagesCommand, type DescribeImagesCommandInput, type EC2Client } from '@aws-sdk/client-ec2';
import { type ImagesPage, readImagesAnswer } from './images-answer.ts';

/** Between the service and the SDK's own reading, to which it leaves errors alone. */
export async function describe(ec2: EC2Client, input: DescribeImagesCommandInput): Promise<ImagesPage> {
  let page: ImagesPage = { images: [], nextToken: undefined };
  const command = new DescribeImagesCommand(input);
  command.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args);
      const { response } = answered;
      if (!isAnswer(response) || response.statusCode !== 200) return answered;
      page = readImagesAnswer(await textOf(response.body));
      return {
        ...answered,
        response: { ...response, body: Readable.from([nothing], { objectMode: false }) },
      };
    },
    { step: 'deserialize', priority: 'low', name: 'readImagesAnswer' },
  );
  await ec2.send(command);
  return page;
}

const nothing = '<DescribeImagesResponse/>';

interface Answer {
  readonly statusCode: number;
  readonly body: AsyncIterable<Uint8Array>;
}

const isAnswer = (response: unknown): response is Answer =>
  typeof response === 'object' && response !== null && 'statusCode' in response && 'body' in response;

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
