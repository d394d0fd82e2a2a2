/** A process of its own that enters one image into a manifest, once it is told to, and says in how many writes. */
import { once } from 'node:events';
import { S3Client } from '@aws-sdk/client-s3';
import type { Clients } from '../../src/adapters/aws/clients.ts';
import { s3ObjectStore } from '../../src/adapters/aws/object-store.ts';
import { wireHandler } from '../../src/adapters/aws/wire-handler.ts';
import { localClock } from '../../src/adapters/local/clock.ts';
import { localRandom } from '../../src/adapters/local/random.ts';
import type { ManifestEntry } from '../../src/cache/manifest.ts';
import { publish, SeenManifest } from '../../src/cache/manifest-store.ts';
import type { Digest } from '../../src/core/ids.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { parseFaults } from '../../src/sandbox/faults.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';

const [folder = '', bucket = '', key = '', digest = '', entry = '', faults = '[]'] = process.argv.slice(2);

const rules = parseFaults(faults);
if (!rules.ok) throw new Error(rules.error);
const sandbox = await openSandbox({
  folder,
  speed: 1,
  now: () => 1_767_614_400_000,
  faults: rules.value,
});
const common = {
  region: 'us-west-2',
  credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  requestHandler: wireHandler(sandbox.wire),
};
// Only the two that the store uses: to load the others takes each process longer than all that it does.
const clients: Pick<Clients, 's3' | 's3Once'> = {
  s3: new S3Client({ ...common, maxAttempts: 6, retryMode: 'adaptive' }),
  s3Once: new S3Client({ ...common, maxAttempts: 1 }),
};
const real = s3ObjectStore(clients as Clients, bucket);
let writes = 0;
const store: ObjectStore = {
  ...real,
  put: (...write) => {
    writes += 1;
    return real.put(...write);
  },
};

// The first call takes the SDK so long that the processes would no longer be at it at the same moment.
await store.get(key);
// Who waits for nothing but a signal ends; and nobody should wait for ever for one that was killed.
const waiting = setTimeout(() => process.exit(3), 120_000);
const told = once(process, 'SIGUSR2');
process.stdout.write('ready\n');
await told;
clearTimeout(waiting);

const access = { store, clock: localClock, random: localRandom, key };
const published = await publish(
  access,
  digest as Digest,
  JSON.parse(entry) as ManifestEntry,
  new SeenManifest({}),
);
if (!published.ok) throw new Error(JSON.stringify(published.error));
process.stdout.write(`writes ${writes}\n`);
await sandbox.close();
