// A workspace of many templates in a temporary folder, and how long the program takes in it beside `node -e 0`.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usual } from './shapes.mjs';

const project = fileURLToPath(new URL('..', import.meta.url));
export const program = join(project, 'dist/main.js');
const fanOut = 10;

/** Removed when `use` is done. `parts`: what it has of the project's own. */
export async function inWorkspace(parts, use) {
  const workspace = mkdtempSync(join(tmpdir(), 'amigraph-bench-'));
  try {
    for (const part of ['amifile.ts', 'amigraph.lock', 'scripts', ...parts]) {
      cpSync(join(project, part), join(workspace, part), { recursive: true });
    }
    return await use(workspace);
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

/** A tree of templates, each with ten children: of 10,000, four levels. `shape`: one of shapes.mjs. */
export function fill(workspace, count, shape = usual) {
  for (let at = 0; at < count; at += 1) {
    const parent = at === 0 ? undefined : pathOf(Math.floor((at - 1) / fanOut));
    const file = join(workspace, pathOf(at));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, shape(at, parent === undefined ? undefined : relative(dirname(pathOf(at)), parent)));
  }
}

export function commit(workspace) {
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: workspace });
  writeFileSync(join(workspace, '.gitignore'), '.amigraph\npeak.cjs\n');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'templates');
}

export function pathOf(at) {
  return at === 0 ? 'templates/root.yaml' : `templates/g${Math.floor(at / 100)}/t${at}.yaml`;
}

/** Medians of pairs with `node -e 0`, so that a machine that changes its speed changes both. `before`: each time, not measured. */
export function compare(workspace, args, pairs, { env = {}, before = () => {} } = {}) {
  const runs = Array.from({ length: pairs }, () => {
    before();
    const command = measure(workspace, [program, ...args], env);
    return { ...command, ratio: command.ms / measure(workspace, ['-e', '0'], env).ms };
  });
  const sorted = (of) => runs.map(of).toSorted((a, b) => a - b);
  const middle = (of) => sorted(of)[Math.floor(pairs / 2)];
  const ratios = sorted((run) => run.ratio);
  return {
    ratio: middle((run) => run.ratio),
    span: `${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)}`,
    ms: middle((run) => run.ms),
    megabytes: middle((run) => run.megabytes),
  };
}

/** Of a whole process, as its parent sees it. */
function measure(cwd, args, env) {
  const report = `process.on('exit', () => require('fs').writeSync(3, String(process.resourceUsage().maxRSS)));`;
  const preload = join(cwd, 'peak.cjs');
  writeFileSync(preload, report);
  const began = performance.now();
  const { status, stderr, output } = spawnSync(process.execPath, ['--require', preload, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 30,
  });
  const ms = performance.now() - began;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${String(stderr).slice(-2000)}`);
  return { ms, megabytes: Number(output[3]) / 1024 };
}
