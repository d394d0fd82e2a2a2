import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { baseImage, errorOf, rig, oneSecond } from './rig.ts';
import type { Clients } from './rig.ts';

const put = ({ ssm }: Clients, Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));

const get = async ({ ssm }: Clients, Name: string): Promise<string | undefined> =>
  (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;

test('a parameter is put, overwritten where that is allowed, and deleted', async () => {
  const at = await rig();
  expect(await errorOf(get(at, '/team/x'))).toBe('ParameterNotFound');
  expect(await put(at, '/team/x', '1')).toMatchObject({ Version: 1 });
  expect(await errorOf(put(at, '/team/x', '2'))).toBe('ParameterAlreadyExists');
  expect(await put(at, '/team/x', '2', { Overwrite: true })).toMatchObject({ Version: 2 });
  expect(await get(at, '/team/x')).toBe('2');
  const Names = ['/team/x', '/team/y'];
  expect(await at.ssm.send(new GetParametersCommand({ Names }))).toMatchObject({
    Parameters: [{ Name: '/team/x', DataType: 'text' }],
    InvalidParameters: ['/team/y'],
  });
  await at.ssm.send(new DeleteParameterCommand({ Name: '/team/x' }));
  expect(await errorOf(get(at, '/team/x'))).toBe('ParameterNotFound');
});

test('a reference to an image holds only once the image was found', async () => {
  const at = await rig();
  const image = await baseImage(at);
  const more = { DataType: 'aws:ec2:image' };
  await put(at, '/amigraph/latest', image, more);
  expect(await errorOf(get(at, '/amigraph/latest'))).toBe('ParameterNotFound');
  at.step(3 * oneSecond);
  expect(await get(at, '/amigraph/latest')).toBe(image);
  await put(at, '/amigraph/latest', 'ami-00000000000000000', { ...more, Overwrite: true });
  at.step(3 * oneSecond);
  expect(await get(at, '/amigraph/latest')).toBe(image);
  expect(await errorOf(put(at, '/amigraph/other', 'nonsense', more))).toBe('ValidationException');
});

test('public parameters cannot be put, and name an image per architecture', async () => {
  const at = await rig();
  expect(await baseImage(at, 'arm64')).not.toBe(await baseImage(at));
  const name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64';
  expect(await get(at, name)).toBe(await baseImage(at));
  expect(await errorOf(put(at, '/aws/service/x', '1'))).toBe('AccessDeniedException');
});
