/** Parameters: AWS's public ones, and those that are put. It does not know who reads them. */
import { account, Refusal } from '../call.ts';
import type { Call } from '../call.ts';
import * as durations from '../durations.ts';
import { publicImages, publicParameter } from '../ec2/public-images.ts';
import type { ParameterRecord } from '../records.ts';
import type { Body } from './body.ts';
import { invalid } from './body.ts';

export function getParameter(body: Body, call: Call): object {
  const name = body.required('Name');
  const parameter = findParameter(call, name);
  if (parameter === undefined) throw new Refusal('ParameterNotFound', `Parameter ${name} not found.`);
  return { Parameter: view(call, parameter) };
}

export function getParameters(body: Body, call: Call): object {
  const names = body.texts('Names') ?? [];
  if (names.length === 0 || names.length > 10)
    throw invalid('Names', 'Member must have between 1 and 10 names');
  const found = names.flatMap((name) => findParameter(call, name) ?? []);
  return {
    Parameters: found.map((parameter) => view(call, parameter)),
    InvalidParameters: names.filter((name) => findParameter(call, name) === undefined),
  };
}

export function putParameter(body: Body, call: Call): object {
  const name = checkedName(body.required('Name'));
  const value = body.required('Value');
  const dataType = body.text('DataType') ?? 'text';
  if (!['text', 'aws:ec2:image'].includes(dataType))
    throw new Refusal('ValidationException', `The data type ${dataType} is not supported.`);
  if (dataType === 'aws:ec2:image' && !/^ami-[0-9a-f]+$/u.test(value)) {
    throw new Refusal('ValidationException', `The parameter value ${value} is not a valid image id.`);
  }
  if (Buffer.byteLength(value) > 4096)
    throw new Refusal(
      'ValidationException',
      'Standard tier parameters support a maximum parameter value of 4096 characters.',
    );
  const before = storedParameter(call, name);
  const type = body.text('Type') ?? before?.type;
  if (type === undefined)
    throw new Refusal('ValidationException', 'A parameter type is required when you create a parameter.');
  if (before !== undefined && !body.flag('Overwrite')) {
    throw new Refusal(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const version = (before?.version ?? 0) + 1;
  call.tables.parameters.put([call.region, name], {
    name,
    value,
    version,
    type,
    dataType,
    modifiedAt: call.now,
    ...(dataType === 'aws:ec2:image' && {
      checkedAt: call.now + call.lasts(durations.parameterCheck),
      ...(before !== undefined && { before }),
    }),
  });
  return { Version: version, Tier: 'Standard' };
}

export function deleteParameter(body: Body, call: Call): object {
  const name = body.required('Name');
  if (storedParameter(call, name) === undefined)
    throw new Refusal('ParameterNotFound', `Parameter ${name} not found.`);
  call.tables.parameters.remove(call.region, name);
  return {};
}

/** What the role of an instance would let it read of them is not known here: those that the text names. */
export function parametersNamedIn(call: Call, text: string): Record<string, string> {
  const named = call.tables.parameters.all(call.region).filter(({ name }) => text.includes(name));
  return Object.fromEntries(named.map(({ name }) => [name, storedParameter(call, name)?.value ?? '']));
}

function checkedName(name: string): string {
  if (/^\/?(?:aws|ssm)/iu.test(name)) {
    throw new Refusal('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  }
  if (/^(?:[A-Za-z0-9_.-]+|(?:\/[A-Za-z0-9_.-]+){1,15})$/u.test(name)) return name;
  throw new Refusal(
    'ValidationException',
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
  );
}

function findParameter(call: Call, name: string): ParameterRecord | undefined {
  const builtIn = publicParameter(call.region, name);
  if (builtIn === undefined) return storedParameter(call, name);
  return { ...builtIn, name, version: 1, type: 'String', dataType: 'text' };
}

/** The value that holds: a reference to an image that is not there never takes the place of the one before it. */
function storedParameter(call: Call, name: string): ParameterRecord | undefined {
  const newest = call.tables.parameters.get(call.region, name);
  return newest && holding(call, newest);
}

function holding(call: Call, parameter: ParameterRecord): ParameterRecord | undefined {
  if (parameter.checkedAt === undefined) return parameter;
  if (call.now >= parameter.checkedAt && isImage(call, parameter.value)) return parameter;
  return parameter.before && holding(call, parameter.before);
}

const isImage = (call: Call, id: string): boolean =>
  call.tables.images.get(call.region, id) !== undefined ||
  publicImages(call.region).some((image) => image.id === id);

const view = (call: Call, { name, type, value, version, modifiedAt, dataType }: ParameterRecord): object => ({
  Name: name,
  Type: type,
  Value: value,
  Version: version,
  LastModifiedDate: modifiedAt / 1000,
  ARN: name.startsWith('/aws/')
    ? `arn:aws:ssm:${call.region}::parameter${name}`
    : `arn:aws:ssm:${call.region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`,
  DataType: dataType,
});
