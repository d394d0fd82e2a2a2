/** docs/aws-setup.yaml as plain data, its functions of values answered as in an account of the documents. It does not know CloudFormation's other functions. */
import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, defineScalarTag, defineSequenceTag, load } from 'js-yaml';

const project = new URL('../..', import.meta.url).pathname;

/** As docs/aws-setup.md writes them. */
const values: Readonly<Record<string, string>> = {
  'AWS::AccountId': '111122223333',
  'AWS::Partition': 'aws',
  Bucket: 'my-images',
  'Bucket.Arn': 'arn:aws:s3:::my-images',
  'BuildRole.Arn': 'arn:aws:iam::111122223333:role/amigraph-build',
  Prefix: 'amigraph/',
};

const valueOf = (name: string): string => values[name] ?? `<${name}>`;

const scalar = (name: string, resolve: (text: string) => string) =>
  defineScalarTag(name, { resolve, identify: () => false });

const list = (name: string) =>
  defineSequenceTag<unknown[]>(name, {
    create: () => [],
    addItem: (items, item) => void items.push(item),
    identify: () => false,
  });

const schema = CORE_SCHEMA.withTags([
  scalar('!Ref', valueOf),
  scalar('!GetAtt', valueOf),
  scalar('!Sub', (text) => text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => valueOf(name))),
  ...['!If', '!Not', '!Equals', '!Join', '!Split'].map(list),
]);

export interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Properties: Readonly<Record<string, unknown>> }>>;
}

/** Properties of one resource. */
export function resource(name: string): Readonly<Record<string, unknown>> {
  const template = load(readFileSync(`${project}/docs/aws-setup.yaml`, 'utf8'), { schema }) as Template;
  const found = template.Resources[name];
  if (found === undefined) throw new Error(`docs/aws-setup.yaml has no ${name}`);
  return found.Properties;
}

export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

export const policyOf = (name: string): Policy => resource(name)['PolicyDocument'] as Policy;

export const actionsOf = (statements: readonly Statement[]): string[] =>
  [...new Set(statements.flatMap(({ Action }) => Action))].toSorted();
