/** What people read of what is not as it should be, and what to do about it. */
import { expect, test } from 'vitest';
import type { Warning } from '../../src/core/event.ts';
import { buildId, imageId, instanceId, templateName } from '../../src/core/ids.ts';
import { warningDiagnostic, warningText } from '../../src/report/warnings.ts';

const image = imageId('ami-1');
const region = 'us-west-2';
const instance = instanceId('i-1');
const place = { instanceType: 'c6a.large', spot: true, subnet: 'subnet-1' };

test.each<[Warning, string, string]>([
  [
    { code: 'interrupted' },
    'interrupted: ending the instances of this run',
    'the same signal once more leaves them to the next run',
  ],
  [
    { code: 'instance-left', region, instance },
    'instance i-1 is left to the next run',
    'should there be none, end it: aws ec2 terminate-instances --region us-west-2 --instance-ids i-1',
  ],
  [
    { code: 'instance-not-ended', region, instance, cause: null },
    'instance i-1 was not seen terminated',
    'end it: aws ec2 terminate-instances --region us-west-2 --instance-ids i-1',
  ],
  [
    {
      code: 'instance-not-ended',
      region,
      instance,
      cause: {
        code: 'cloud',
        awsCode: 'UnauthorizedOperation',
        operation: 'ec2:TerminateInstances',
        message: 'm',
        nature: 'refused',
      },
    },
    'instance i-1 could not be ended: ec2:TerminateInstances is not allowed: m',
    'allow it to whoever runs amigraph: docs/aws-setup.md has the whole policy; end it: aws ec2 terminate-instances --region us-west-2 --instance-ids i-1',
  ],
  [
    {
      code: 'image-failed',
      template: templateName('a'),
      image,
      state: 'failed',
      why: 'Client.InternalError',
    },
    'a: image ami-1 is failed: Client.InternalError',
    'making another one of the same instance',
  ],
  [
    { code: 'instance-kept', region, instance, buildId: buildId('b') },
    'instance i-1 of build b is kept for a look, until its own timer ends it',
    'to get in: aws ssm start-session --region us-west-2 --target i-1; to end it: aws ec2 terminate-instances --region us-west-2 --instance-ids i-1',
  ],
  [
    {
      code: 'instance-not-kept',
      region,
      instance,
      cause: {
        code: 'cloud',
        awsCode: 'UnauthorizedOperation',
        operation: 'ec2:CreateTags',
        message: 'm',
        nature: 'refused',
      },
    },
    'instance i-1 could not be kept: ec2:CreateTags is not allowed: m',
    'it is ended; allow ec2:CreateTags to have it kept',
  ],
  [
    {
      code: 'no-capacity',
      template: templateName('a'),
      refused: { ...place, awsCode: 'InsufficientInstanceCapacity', message: 'm' },
      next: { ...place, spot: false },
    },
    'a: no room for c6a.large (Spot) in subnet-1: InsufficientInstanceCapacity: m',
    'going on with c6a.large in subnet-1',
  ],
  [
    {
      code: 'no-capacity',
      template: templateName('a'),
      refused: { ...place, awsCode: 'VcpuLimitExceeded', message: 'm' },
      next: null,
    },
    'a: no room for c6a.large (Spot) in subnet-1: VcpuLimitExceeded: m',
    'it is asked for again for a while; more instance types (build.instance_type, builder.instanceType) or subnets (builder.subnet) make room likelier',
  ],
  [
    { code: 'instance-lost', template: templateName('a'), instance, why: 'Spot took it', next: place },
    'a: AWS took instance i-1 away: Spot took it',
    'the build begins anew on c6a.large (Spot) in subnet-1',
  ],
  [
    { code: 'launch-unknown', region, buildId: buildId('b') },
    'an instance tagged BuildId=b may have been launched in us-west-2, and could not be looked for',
    'the next run of this plan ends it; should there be none, its own timer does',
  ],
  [
    { code: 'image-left', region, image },
    'image ami-1 is not what its tags say and could not be removed',
    'remove it: aws ec2 deregister-image --region us-west-2 --image-id ami-1 --delete-associated-snapshots',
  ],
  [
    { code: 'image-unusable', region, image, state: 'failed', why: 'no disk' },
    'ami-1 has a wanted digest, but could not be made: no disk',
    'it is not reused; remove it: aws ec2 deregister-image --region us-west-2 --image-id ami-1 --delete-associated-snapshots',
  ],
  [
    { code: 'image-unusable', region, image, state: 'disabled' },
    'ami-1 has a wanted digest, but is disabled',
    'to have it reused, enable it: aws ec2 enable-image --region us-west-2 --image-id ami-1',
  ],
  [
    { code: 'image-unusable', region, image, state: 'deregistered' },
    'ami-1 has a wanted digest, but is deregistered',
    'EC2 shows it for a while yet; nothing is to be done',
  ],
  [
    { code: 'image-other-parent', image, expected: 'foundation', found: 'base' },
    'ami-1 has a wanted digest, but its tags say that it stands on base, not on foundation',
    'it is not reused; deregister it if nothing needs it',
  ],
  [
    { code: 'image-not-ours', image },
    'ami-1 has the hash of a wanted digest, but not the tag ManagedBy=amigraph: it is not reused',
    'tag it if it is one of ours and its tags are true; else take the tag TemplateHash from it',
  ],
  [
    { code: 'images-unlisted', region, trusted: true, images: [image] },
    'reused by its tags alone, since the manifest does not have it: ami-1',
    'to enter what is missing: amigraph manifest repair --region us-west-2',
  ],
  [
    {
      code: 'images-unlisted',
      region,
      trusted: false,
      images: [1, 2, 3, 4, 5, 6, 7].map((n) => imageId(`ami-${n}`)),
    },
    'not reused, since the manifest does not have them and cache.trust is "manifest": ami-1, ami-2, ami-3, ami-4, ami-5 and 2 more',
    'if they are good, enter them: amigraph manifest repair --region us-west-2',
  ],
  [
    { code: 'not-needed', templates: [templateName('a'), templateName('b')] },
    'not built, since all that stands on them is there: a, b',
    'to build one all the same, name it: amigraph build a',
  ],
  [
    { code: 'children-kept', template: templateName('a'), children: [templateName('b')] },
    'a is built anew, and what stands on its image of before is kept: b',
    'to build that anew too: amigraph build --rebuild a+',
  ],
  [
    { code: 'image-tags', image },
    'the tags TemplateDigest and TemplateHash of ami-1 are missing or do not fit: it is not reused',
    'restore them, or deregister it if nothing needs it',
  ],
  [
    {
      code: 'manifest-unread',
      object: 's3://b/k',
      cause: {
        code: 'cloud',
        awsCode: 'NoSuchBucket',
        operation: 's3:GetObject',
        message: 'm',
        nature: 'refused',
      },
    },
    's3://b/k could not be read: s3:GetObject failed: NoSuchBucket: m',
    'how long builds took and who did them is not shown',
  ],
  [
    { code: 'manifest-broken', region, object: 's3://b/k', problem: 'it is not JSON' },
    'the manifest is not used: s3://b/k: it is not JSON',
    'the images are found by their tags; to set it aside and make it anew: amigraph manifest repair --region us-west-2',
  ],
  [
    {
      code: 'under-way',
      template: templateName('a'),
      holder: 'ada@laptop',
      since: '2026-11-26T10:00:00.000Z',
    },
    'a: ada@laptop has been building it since 2026-11-26 10:00 UTC',
    'a build waits for it unless --no-wait is given, and goes on with it where that run has died',
  ],
  [
    { code: 'templates-unusable', templates: [templateName('a'), templateName('b')] },
    'cannot be used, for the errors that were told first: a, b',
    'mend them; amigraph validate tells them again',
  ],
  ...(
    [
      [null, 's3://b/k was removed during this run: it has again what the run had seen in it'],
      [
        's3://b/k.unreadable-1',
        's3://b/k could not be read any more, and is kept as s3://b/k.unreadable-1: it has again what the run had seen in it',
      ],
    ] as const
  ).map(([setAside, message]): [Warning, string, string] => [
    { code: 'manifest-restored', region, object: 's3://b/k', setAside },
    message,
    'to see what it lacks: amigraph manifest verify --region us-west-2; to enter that: amigraph manifest repair --region us-west-2',
  ]),
  [
    {
      code: 'manifest-not-written',
      region,
      image,
      cause: {
        code: 'cloud',
        awsCode: 'SlowDown',
        operation: 's3:PutObject',
        message: 'm',
        nature: 'unknown',
      },
    },
    'ami-1 is there and tagged, but the manifest does not have it: s3:PutObject failed: SlowDown: m',
    'it is found by its tags; to enter it: amigraph manifest repair --region us-west-2',
  ],
])('a warning: %o', (warning, message, cure) => {
  expect(warningText(warning)).toBe(`${message}; ${cure}`);
  expect(warningDiagnostic(warning)).toEqual({ severity: 'warning', code: warning.code, message, cure });
});
