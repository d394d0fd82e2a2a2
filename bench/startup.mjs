// How long the program takes beside `node -e 0`.
// Usage: node bench/startup.mjs [PAIRS]      after npm run build
import { compare, inWorkspace } from './workspace.mjs';

const pairs = Number(process.argv[2] ?? 21);

const rows = [
  { what: 'amigraph --version', args: ['--version'], limit: 1.6 },
  { what: 'amigraph graph --dot', args: ['graph', '--dot'], limit: 3.2 },
];

console.log(
  `node ${process.version}, ${pairs} pairs; ratio to the wall time of node -e 0: median (least to most)`,
);
await inWorkspace(['templates'], (workspace) => {
  for (const { what, args, limit } of rows) {
    compare(workspace, args, 1);
    const { ratio, span } = compare(workspace, args, pairs);
    console.log(`${what.padEnd(24)} ${ratio.toFixed(2)} (${span}), wanted: at most ${limit}`);
  }
});
