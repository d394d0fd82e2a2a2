/** A process of its own that wants one lease, proves that nobody else has it too, and lets it go. It does not know which server it is kept on. */
import { appendFileSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from '../../src/adapters/aws/connect.ts';
import { localClock } from '../../src/adapters/local/clock.ts';
import { localRandom } from '../../src/adapters/local/random.ts';
import { Heartbeat } from '../../src/cache/heartbeat.ts';
import { acquireLease } from '../../src/cache/lease.ts';

const [endpoint = '', folder = '', name = ''] = process.argv.slice(2);

const region = 'us-west-2';
const place = { region, securityGroups: [], instanceProfile: undefined, kmsKey: undefined };
const connection = connect({ ...place, endpoint, bucket: 'bucket' });
const driving = {
  store: connection.store,
  // Who waits looks often, and not all at once; how long the lease is good for stays what it is.
  clock: {
    ...localClock,
    sleep: (ms: number, signal?: AbortSignal) => localClock.sleep((ms / 4) * localRandom.fraction(), signal),
  },
  random: localRandom,
  holder: { run: name, host: 'here', user: name },
  ttlMs: 20_000,
  prefix: '',
};
const access = { ...driving, heartbeat: new Heartbeat(driving) };

process.stdout.write('ready\n');
await text(process.stdin);
let looks = 0;
const acquired = await acquireLease(access, 'leases/one.json', {
  wait: true,
  above: 0,
  signal: new AbortController().signal,
  onWaiting: () => (looks += 1),
});
if (!acquired.ok) throw new Error(JSON.stringify(acquired.error));
const lease = acquired.value;

// The disk of this machine is asked too: a folder can be made once.
mkdirSync(join(folder, 'held'));
for (let write = 0; write < 3; write += 1)
  if (!(await lease.confirm())) throw new Error(`${name} lost the lease`);
appendFileSync(join(folder, 'turns'), `${JSON.stringify({ name, token: lease.token, looks })}\n`);
rmdirSync(join(folder, 'held'));
if (!(await lease.free({ journal: null, broken: null }))) throw new Error(`${name} lost the lease`);
connection.disconnect();
