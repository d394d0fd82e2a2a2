/** Texts that look like AWS credentials, with what must be left of them. None of them is of any use. */
import * as fc from 'fast-check';

const keyId = 'AKIAIOSFODNN7EXAMPLE';
const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const token = `IQoJb3JpZ2luX2VjEXAMPLE${'abcDEF012/+'.repeat(20)}==`;
const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${keyId}%2F20261123%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261123T000000Z&X-Amz-Security-Token=${encodeURIComponent(token)}&X-Amz-Signature=${'0123456789abcdef'.repeat(4)}`;
const leftQuery =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=***&X-Amz-Date=20261123T000000Z&X-Amz-Security-Token=***&X-Amz-Signature=***';

/** What it is, the text, and the text without it. */
export const credentials: readonly (readonly [what: string, text: string, left: string])[] = [
  ['the id of a long-term key', keyId, '***'],
  ['the id of a temporary key', `id=ASIA${keyId.slice(4)},`, 'id=***,'],
  ['a secret key in a file', `aws_secret_access_key = ${secretKey}`, 'aws_secret_access_key = ***'],
  ['a secret key in a shell', `AWS_SECRET_ACCESS_KEY="${secretKey}"`, 'AWS_SECRET_ACCESS_KEY="***"'],
  [
    'a secret key on a command line',
    `set aws_secret_access_key ${secretKey}`,
    'set aws_secret_access_key ***',
  ],
  ['a secret key in JSON', `{"SecretAccessKey" : "${secretKey}"}`, '{"SecretAccessKey" : "***"}'],
  ['a secret key in quoted JSON', `SecretAccessKey\\":\\"${secretKey}\\"`, 'SecretAccessKey\\":\\"***\\"'],
  ['a secret key in XML', `<SecretAccessKey>${secretKey}</`, '<SecretAccessKey>***</'],
  ['a session token', `aws_session_token=${token}`, 'aws_session_token=***'],
  ['a session token in JSON', `"SessionToken": "${token}"`, '"SessionToken": "***"'],
  ['a session token in a header', `x-amz-security-token: ${token}`, 'x-amz-security-token: ***'],
  ['a session token alone', `token ${token}`, 'token ***'],
  ['a presigned URL', `https://b.s3.amazonaws.com/k?${query}`, `https://b.s3.amazonaws.com/k?${leftQuery}`],
  [
    'a presigned URL in JSON',
    `"https://b/k?${query.replaceAll('&', String.raw`\u0026`)}"`,
    `"https://b/k?${leftQuery.replaceAll('&', String.raw`\u0026`)}"`,
  ],
  [
    'a presigned URL in a URL',
    `?next=${encodeURIComponent(`https://b/k?X-Amz-Signature=${'0123456789abcdef'.repeat(4)}`)}`,
    '?next=https%3A%2F%2Fb%2Fk%3FX-Amz-Signature%3D***',
  ],
  [
    'a presigned URL of the old kind',
    `https://b/k?AWSAccessKeyId=${keyId}&Expires=1&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D`,
    'https://b/k?AWSAccessKeyId=***&Expires=1&Signature=***',
  ],
  [
    'a signed request',
    `AWS4-HMAC-SHA256 Credential=${keyId}/2026/us-east-1/s3, SignedHeaders=host, Signature=${'0123456789abcdef'.repeat(4)}`,
    'AWS4-HMAC-SHA256 Credential=***/2026/us-east-1/s3, SignedHeaders=host, Signature=***',
  ],
];

/** What is to be seen of a credential in any place of a text: nothing. */
export const secretTexts = [keyId, secretKey, token, '0123456789abcdef'.repeat(4), 'vjbyPxybdZaNmGa'];

/** Not credentials, though something of them is. */
export const harmless = [
  'AKIA is how key ids begin',
  'secret_access_key: see the parameter /hpc/key',
  'export AWS_SECRET_ACCESS_KEY="$LICENSE_KEY_OF_SOMETHING"',
  'AWS_SECRET_ACCESS_KEY=${SOMETHINGVERYLONGINDEED}',
  'AWS_SECRET_ACCESS_KEY=$(aws ssm get-parameter --name /hpc/key)',
  'the session token is none',
  'Signature=short, key of 0123456789abcdef',
  'gcc@13.2.0 %gcc@14 ^openmpi@4.1.4+legacy /abcdef0123456789abcdef0123456789',
];

/** Credentials, whole or in parts, among other text. */
export const disguised = fc
  .array(
    fc.oneof(
      fc.constantFrom(...credentials.map(([, text]) => text), ...harmless),
      fc
        .tuple(fc.constantFrom(...credentials.map(([, text]) => text)), fc.nat(80), fc.nat(80))
        .map(([text, from, length]) => text.slice(from, from + length)),
      fc.constantFrom(' ', '=', '"', '%', '&', ';', 'A', '/', '$', '***', ', ', 'key', 'Signature=', '%3D'),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));
