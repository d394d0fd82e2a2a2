/** moto as a process that ends with this one. It does not know what is asked of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';

let running: Promise<string> | undefined;

/** Where it listens; one for each test file, so that several run at once. */
export const motoEndpoint = (): Promise<string> => (running ??= start());

async function start(): Promise<string> {
  const environment = inject('moto');
  // It ends when its standard input does, as it does when this process ends, however that may be.
  const server = spawn(join(environment, 'bin/python'), [join(import.meta.dirname, 'moto_server.py')], {
    env: { ...process.env, MOTO_ENABLE_AMI_VALIDATION: 'true' },
    stdio: 'pipe',
  });
  let said = '';
  // A page for whatever it has not, later: of interest is why it does not start.
  server.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  const ended = once(server, 'close').then(() => undefined);
  const port = await Promise.race([once(createInterface(server.stdout), 'line'), ended]);
  if (port !== undefined) return `http://127.0.0.1:${String(port[0])}`;
  throw new Error(`moto did not start: ${said}\ncure: remove ${environment}, it is installed anew`);
}
