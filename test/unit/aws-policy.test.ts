/** The policy of the caller, in docs/aws-setup.yaml and in docs/aws-setup.md, allows the calls that the adapters make, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { byCodeUnits } from '../../src/core/order.ts';
import { refusesPlainHttp } from '../../src/report/check-bucket.ts';
import { actionsOf, type Policy, policyOf, resource } from './cloudformation.ts';

const project = new URL('../..', import.meta.url).pathname;
const adapters = `${project}/src/adapters/aws`;

const sources = new Map(
  readdirSync(adapters)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(`${adapters}/${name}`, 'utf8')]),
);

/** What is imported of the clients, which is what can be sent: `ec2:RunInstances`. */
function operationsIn(text: string): string[] {
  const imports = text.matchAll(/import\s*\{([^}]*)\}\s*from\s*'@aws-sdk\/client-([a-z0-9-]+)'/g);
  return Array.from(imports).flatMap(([, names = '', client = '']) =>
    names.split(',').flatMap((name) => {
      const [, operation] = /^\s*(?:(\w+)Command|paginate(\w+))\s*$/.exec(name)?.filter(Boolean) ?? [];
      return operation === undefined ? [] : [`${client.replaceAll('-', '')}:${operation}`];
    }),
  );
}

/** Where IAM has another name for it, or asks for more: by AWS's Service Authorization Reference and the documents of the operation. */
const otherActions: Readonly<Record<string, readonly string[]>> = {
  // Tags at launch; the role of the instance profile.
  'ec2:RunInstances': ['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole'],
  'ec2:CreateImage': ['ec2:CreateImage', 'ec2:CreateTags'],
  // With DeleteAssociatedSnapshots.
  'ec2:DeregisterImage': ['ec2:DeregisterImage', 'ec2:DeleteSnapshot'],
  's3:CopyObject': ['s3:GetObject', 's3:PutObject'],
  // With If-Match.
  's3:PutObject': ['s3:PutObject', 's3:GetObject'],
  's3:DeleteObject': ['s3:DeleteObject', 's3:GetObject'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:GetPublicAccessBlock': ['s3:GetBucketPublicAccessBlock'],
  's3:HeadBucket': ['s3:ListBucket'],
  's3:HeadObject': ['s3:GetObject'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  // Of type aws:ec2:image.
  'ssm:PutParameter': ['ssm:PutParameter', 'ssm:GetParameters', 'ec2:DescribeImages'],
  // Everybody may ask who he is.
  'sts:GetCallerIdentity': [],
};

const actionsFor = (operations: Iterable<string>): string[] => [
  ...new Set(Array.from(operations).flatMap((operation) => otherActions[operation] ?? [operation])),
];

const isOfDoctor = (name: string): boolean => name.startsWith('account');

function actionsSent(of: (name: string) => boolean): string[] {
  return actionsFor(
    Array.from(sources).flatMap(([name, text]) => (of(name) ? operationsIn(text) : [])),
  ).toSorted();
}

const { Statement: statements } = policyOf('CallerPolicy');

test('every import of a client is read', () => {
  for (const text of sources.values()) {
    const sent = [...text.matchAll(/new (\w+)Command\(|\bpaginate(\w+)\(/g)].map(
      ([, one, other]) => one ?? other ?? '',
    );
    const imported = operationsIn(text).map((operation) => operation.replace(/^.*:/, ''));
    expect(imported.toSorted(byCodeUnits)).toEqual([...new Set(sent)].toSorted(byCodeUnits));
  }
  expect(operationsIn(sources.get('builder.ts') ?? '')).toContain('ec2:RunInstances');
});

test('the policy allows what is sent, and nothing else', () => {
  expect(actionsOf(statements)).toEqual(actionsSent(() => true));
});

test('what only the doctor asks stands apart, to be left out at will', () => {
  const building = new Set(actionsSent((name) => !isOfDoctor(name)));
  const ofDoctor = statements.filter(({ Sid }) => Sid.startsWith('Doctor'));
  expect(actionsOf(ofDoctor)).toEqual(actionsSent(isOfDoctor).filter((action) => !building.has(action)));
});

test('a call that is refused names an action of the policy', () => {
  const named = Array.from(sources.values()).flatMap((text) =>
    Array.from(text.matchAll(/'([a-z0-9]+:[A-Z]\w+)'/g), ([, action = '']) => action),
  );
  const known = new Set([...actionsOf(statements), 'sts:GetCallerIdentity', 's3:CopyObject']);
  expect([...new Set(named)].filter((action) => !known.has(action))).toEqual([]);
});

test('docs/aws-setup.md shows the policy of the template', () => {
  const page = readFileSync(`${project}/docs/aws-setup.md`, 'utf8');
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  expect(JSON.parse(json)).toEqual(policyOf('CallerPolicy'));
});

test('the policy fits into one managed policy', () => {
  expect(JSON.stringify(policyOf('CallerPolicy')).length).toBeLessThan(6144);
});

test('what changes or ends something of EC2 is for what carries our tag, or is to carry it', () => {
  const looks = new Set(['Look', 'DoctorLooks', 'LaunchFrom']);
  for (const statement of statements) {
    if (looks.has(statement.Sid) || !actionsOf([statement]).some((action) => action.startsWith('ec2:')))
      continue;
    expect(JSON.stringify(statement)).toMatch(/"aws:(Request|Resource)Tag\/ManagedBy":"amigraph"/);
  }
});

test('the bucket is versioned and encrypted, closed to the public and to plain HTTP', () => {
  const bucket = resource('Bucket');
  expect(bucket).toMatchObject({
    VersioningConfiguration: { Status: 'Enabled' },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  });
  expect(refusesPlainHttp(JSON.stringify(policyOf('BucketPolicy')), 'my-images')).toBe(true);
});

test('no current lease nor manifest expires', () => {
  const { Rules } = resource('Bucket')['LifecycleConfiguration'] as {
    Rules: { Prefix?: string; ExpirationInDays?: unknown }[];
  };
  const expiring = Rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
  expect(expiring.map(({ Prefix }) => Prefix)).toEqual([
    'amigraph/logs/',
    'amigraph/heartbeats/',
    'amigraph/doctor/',
  ]);
});

test('build instances may write logs and read no parameter that is not named', () => {
  const { Policies } = resource('BuildRole') as { Policies: { PolicyDocument: Policy }[] };
  expect(Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toMatchObject([
    { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::my-images/amigraph/logs/*' },
    { Effect: 'Deny', Action: ['ssm:GetParameter', 'ssm:GetParameters'] },
  ]);
});
