/** What looks like AWS credentials: found wherever it stands, and nothing else is. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCredential, redact } from '../../src/core/credentials.ts';
import { credentials, disguised, harmless, secretTexts } from './credentials-rig.ts';

describe('a text without its credentials', () => {
  test.each(credentials)('%s', (_, text, left) => {
    expect(redact(text)).toBe(left);
    expect(redact(`before ${text}\nafter`)).toBe(`before ${left}\nafter`);
    for (const secret of secretTexts) expect(left).not.toContain(secret);
  });

  test.each(harmless)('%s stays', (text) => {
    expect(redact(text)).toBe(text);
    expect(findCredential(text)).toBeUndefined();
  });

  test('holds none of them, and stays as it is', () => {
    fc.assert(
      fc.property(disguised, fc.string(), fc.string(), (text, before, after) => {
        const left = redact(`${before}${text}${after}`);
        expect(findCredential(left)).toBeUndefined();
        expect(redact(left)).toBe(left);
      }),
    );
  });

  test('is what it was where there is none in it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => redact(text) === text));
  });
});

test('what is found is said, with where it begins', () => {
  expect(findCredential('x AKIAIOSFODNN7EXAMPLE')).toEqual({ what: 'an AWS access key id', at: 2 });
  expect(findCredential(`https://b/k?X-Amz-Date=1&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F1`)).toEqual({
    what: 'a presigned URL',
    at: 25,
  });
  expect(findCredential(`a\n  aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`)).toEqual({
    what: 'an AWS secret access key',
    at: 8,
  });
});
