/** Before the conformance tests: moto, in a virtual environment of its own. It does not know how it is run. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the virtual environment that moto is installed in. */
    moto: string;
  }
}

const version = '5.2.3';
const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
const environment = join(cache, `moto-${version}`);

export default async function provideMoto(project: TestProject): Promise<void> {
  if (!existsSync(environment)) await makeEnvironment();
  project.provide('moto', environment);
}

/** Made beside its place and moved there: what is there is whole, whoever else makes it. */
async function makeEnvironment(): Promise<void> {
  process.stderr.write(`installing moto ${version} in ${environment}\n`);
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(`${environment}-`);
  try {
    await run('python3', ['-m', 'venv', folder], 'install Python 3 with venv (Debian: python3-venv)');
    // Of its thousands of modules a few are used: these are compiled when they are.
    const quick = ['--quiet', '--disable-pip-version-check', '--no-compile'];
    const pip = ['-m', 'pip', 'install', ...quick, `moto[server]==${version}`];
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
    // Without a trace: it is for who runs the tests, not for who wrote them.
    const told = `moto cannot be installed: ${message.trim()}\n${stdout}cure: ${cure}`;
    throw Object.assign(new Error(told), { stack: '' });
  }
}
