// How long the program takes beside `node -e 0`: medians of pairs, so that a machine that changes its speed changes both.
// Usage: node bench/startup.mjs [PAIRS]      after npm run build
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const program = join(project, 'dist/main.js');
const pairs = Number(process.argv[2] ?? 21);

const workspace = mkdtempSync(join(tmpdir(), 'amigraph-bench-'));
for (const part of ['amifile.ts', 'amigraph.lock', 'templates', 'scripts']) {
  cpSync(join(project, part), join(workspace, part), { recursive: true });
}

const rows = [
  { what: 'amigraph --version', args: ['--version'], limit: 1.6 },
  { what: 'amigraph graph --dot', args: ['graph', '--dot'], limit: 3.2 },
];

console.log(
  `node ${process.version}, ${pairs} pairs; ratio to the wall time of node -e 0: median (least to most)`,
);
for (const { what, args, limit } of rows) {
  const ratios = [];
  wall([program, ...args]);
  for (let pair = 0; pair < pairs; pair += 1) ratios.push(wall([program, ...args]) / wall(['-e', '0']));
  ratios.sort((a, b) => a - b);
  const median = ratios[Math.floor(pairs / 2)];
  const span = `${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)}`;
  console.log(`${what.padEnd(24)} ${median.toFixed(2)} (${span}), wanted: at most ${limit}`);
}
rmSync(workspace, { recursive: true });

function wall(args) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: workspace });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - began;
}
