/** Before the conformance tests: moto in a virtual environment of its own, started, and ended with this process. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where moto listens. */
    moto: string;
  }
}

const version = '5.2.3';
const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
const environment = join(cache, `moto-${version}`);
const log = `${environment}.log`;

export default async function runMoto(project: TestProject): Promise<() => void> {
  if (!existsSync(environment)) await makeEnvironment();
  const server = spawn(join(environment, 'bin/python'), [join(import.meta.dirname, 'moto_server.py')], {
    env: { ...process.env, MOTO_ENABLE_AMI_VALIDATION: 'true' },
    stdio: 'pipe',
  });
  // A page for whatever it has not.
  server.stderr.pipe(createWriteStream(log));
  const ended = once(server, 'exit').then(() => undefined);
  const port = await Promise.race([once(createInterface(server.stdout), 'line'), ended]);
  if (port === undefined)
    throw trouble(
      `moto did not start, ${log} says why\ncure: remove ${environment}; the next run installs it anew`,
    );
  project.provide('moto', `http://127.0.0.1:${String(port[0])}`);
  // It ends with its standard input, also where nobody comes to say so.
  return () => void server.stdin.end();
}

/** Made beside its place and moved there: what is there is whole, whoever else makes it. */
async function makeEnvironment(): Promise<void> {
  process.stderr.write(`installing moto ${version} in ${environment}\n`);
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(`${environment}-`);
  try {
    await run('python3', ['-m', 'venv', folder], 'install Python 3 with venv (Debian: python3-venv)');
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      `moto[server]==${version}`,
    ];
    await run(join(folder, 'bin/python'), pip, 'see that PyPI can be reached (PIP_INDEX_URL: a mirror)');
    await rename(folder, environment).catch((error: unknown) => {
      if (!existsSync(environment)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(program: string, args: readonly string[], cure: string): Promise<void> {
  try {
    await promisify(execFile)(program, args);
  } catch (error) {
    const { message, stdout = '' } = error as Error & { stdout?: string };
    throw trouble(`moto cannot be installed: ${message.trim()}\n${stdout}cure: ${cure}`);
  }
}

/** Without a trace: what it says is for who runs the tests, not for who wrote them. */
const trouble = (message: string): Error => Object.assign(new Error(message), { stack: '' });
