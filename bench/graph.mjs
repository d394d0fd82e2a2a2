// How commands that read all templates grow with their number: wall time beside `node -e 0`, and the memory taken at most.
// Usage: node bench/graph.mjs [PAIRS]      after npm run build
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dense, usual } from './shapes.mjs';
import { commit, compare, fill, inWorkspace, pathOf } from './workspace.mjs';

const pairs = Number(process.argv[2] ?? 5);

const cold = {
  name: 'graph --json, cold',
  args: ['graph', '--json'],
  wanted: '25 times, 350 MB',
  before: forget,
};
/** What is wanted is for 10,000 templates. `before`: each time, not measured. */
const commands = [
  cold,
  { name: 'graph --json, warm', args: ['graph', '--json'], wanted: '11 times', before: () => {} },
  { name: 'affected, one leaf', args: ['affected', '--base', 'HEAD'], wanted: '10 times', before: edit },
];

console.log(`node ${process.version}, medians of ${pairs} pairs with node -e 0`);
for (const count of [100, 1000, 10_000]) await bench(count, usual, commands);
console.log('with eight packages in each template, none of them twice:');
await bench(10_000, dense, [cold]);

async function bench(count, shape, measured) {
  await inWorkspace([], (workspace) => {
    fill(workspace, count, shape);
    commit(workspace);
    for (const { name, args, wanted, before } of measured) {
      const { ratio, ms, megabytes } = compare(workspace, args, pairs, {
        before: () => before(workspace, count),
      });
      console.log(
        `${String(count).padStart(6)} templates: ${name}: ${ratio.toFixed(1)} times, ` +
          `${ms.toFixed(0)} ms, ${megabytes.toFixed(0)} MB` +
          (count === 10_000 && shape === usual ? ` (wanted ${wanted})` : ''),
      );
    }
  });
}

function forget(workspace) {
  rmSync(join(workspace, '.amigraph'), { recursive: true, force: true });
}

/** One more test in the last template, on which nothing stands. */
function edit(workspace, count) {
  appendFileSync(join(workspace, pathOf(count - 1)), '  - make\n');
}
