/** A process of its own that adds one to a counter in the sandbox's S3, again and again, by compare-and-swap. */
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';

const [folder = '', times = '0', faults = '[]'] = process.argv.slice(2);

const isRules = (value: unknown): value is FaultRule[] => Array.isArray(value);
const rules: unknown = JSON.parse(faults);
const sandbox = await openSandbox({
  folder,
  speed: 1,
  now: () => 1_767_614_400_000,
  faults: isRules(rules) ? rules : [],
});

const request = (method: string, headers: Record<string, string> = {}, body = '') =>
  sandbox.wire({
    method,
    host: 's3.us-west-2.amazonaws.com',
    path: '/bucket/counter',
    query: [],
    headers,
    body: Buffer.from(body),
  });

let refused = 0;
for (let done = 0; done < Number(times);) {
  const read = await request('GET');
  const count = Number(Buffer.from(read.body).toString());
  const written = await request('PUT', { 'if-match': read.headers['etag'] ?? '' }, String(count + 1));
  if (written.status === 200) {
    done += 1;
    if (times === '1000000') process.stdout.write('.');
  }
  if (written.status === 503) refused += 1;
  // Its folder may be gone, and whoever started it: then it would go on for ever.
  else if (![200, 412].includes(written.status)) throw new Error(`answered ${written.status}`);
}
process.stdout.write(`refused ${refused}\n`);
await sandbox.close();
