/** Credentials of a profile, and what becomes of a renewal that fails, on a clock that is set by hand. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { cloudFailure } from '../../src/adapters/aws/calls.ts';
import { sharedCredentials } from '../../src/adapters/aws/credentials.ts';

const hour = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** A profile whose credentials a program prints. */
async function profileOfProgram(): Promise<(text: string) => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'amigraph-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, 'program');
  await writeFile(join(folder, 'config'), `[profile p]\ncredential_process = ${program}\n`);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  return async (text) => {
    await writeFile(program, `#!/bin/sh\n${text}\n`);
    await chmod(program, 0o755);
  };
}

const prints = (key: string, until: number): string =>
  `echo '${JSON.stringify({
    Version: 1,
    AccessKeyId: key,
    SecretAccessKey: 's',
    Expiration: new Date(until).toISOString(),
  })}'`;

const natureOf = async (found: Promise<unknown>): Promise<string> => {
  const error: unknown = await found.then(
    () => new Error('expected none'),
    (reason: unknown) => reason,
  );
  const { nature, awsCode, message } = cloudFailure('ec2:DescribeImages', error);
  return `${nature} ${awsCode}: ${message}`;
};

test('a renewal that fails is waited out where there were credentials before; else it is final', async () => {
  const program = await profileOfProgram();
  const began = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: began });
  const credentials = sharedCredentials('p', 'us-west-2');
  await program('exit 1');
  expect(await natureOf(credentials())).toBe(
    'refused CredentialsProviderError: profile p: Could not load credentials from any providers',
  );
  await program(prints('ONE', began + hour));
  expect(await credentials()).toMatchObject({ accessKeyId: 'ONE' });
  vi.setSystemTime(began + 2 * hour);
  await program('exit 1');
  expect(await natureOf(credentials())).toBe(
    'throttled CredentialsNotRenewed: profile p: Could not load credentials from any providers',
  );
  await program(prints('TWO', began + 4 * hour));
  expect(await credentials()).toMatchObject({ accessKeyId: 'TWO' });
});
