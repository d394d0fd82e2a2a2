// How commands that read all templates grow with their number: wall time beside `node -e 0`, and the memory taken at most.
// Usage: node bench/graph.mjs [PAIRS]      after npm run build
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const program = join(project, 'dist/main.js');
const pairs = Number(process.argv[2] ?? 5);
const fanOut = 10;

/** What is wanted is for 10,000 templates. `before`: each time, not measured. */
const commands = [
  { name: 'graph --json, cold', args: ['graph', '--json'], wanted: '25 times, 350 MB', before: forget },
  { name: 'graph --json, warm', args: ['graph', '--json'], wanted: '11 times', before: () => {} },
  { name: 'affected, one leaf', args: ['affected', '--base', 'HEAD'], wanted: '10 times', before: edit },
];

console.log(`node ${process.version}, medians of ${pairs} pairs with node -e 0`);
for (const count of [100, 1000, 10_000]) {
  const workspace = mkdtempSync(join(tmpdir(), 'amigraph-bench-'));
  try {
    fill(workspace, count);
    for (const { name, args, wanted, before } of commands) {
      const runs = Array.from({ length: pairs }, () => {
        before(workspace, count);
        const command = measure(workspace, [program, ...args]);
        return { ...command, ratio: command.ms / measure(workspace, ['-e', '0']).ms };
      });
      const middle = (of) => runs.map(of).toSorted((a, b) => a - b)[Math.floor(pairs / 2)];
      console.log(
        `${String(count).padStart(6)} templates: ${name}: ${middle((run) => run.ratio).toFixed(1)} times, ` +
          `${middle((run) => run.ms).toFixed(0)} ms, ${middle((run) => run.megabytes).toFixed(0)} MB` +
          (count === 10_000 ? ` (wanted ${wanted})` : ''),
      );
    }
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

function forget(workspace) {
  rmSync(join(workspace, '.amigraph'), { recursive: true, force: true });
}

/** One more test in the last template, on which nothing stands. */
function edit(workspace, count) {
  appendFileSync(join(workspace, pathOf(count - 1)), '  - make\n');
}

/** A tree of templates of about 40 lines, each with ten children, four levels deep. */
function fill(workspace, count) {
  for (const part of ['amifile.ts', 'amigraph.lock', 'scripts']) {
    cpSync(join(project, part), join(workspace, part), { recursive: true });
  }
  for (let at = 0; at < count; at += 1) {
    const parent = at === 0 ? undefined : pathOf(Math.floor((at - 1) / fanOut));
    const file = join(workspace, pathOf(at));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      template(at, parent === undefined ? undefined : relative(dirname(pathOf(at)), parent)),
    );
  }
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: workspace });
  writeFileSync(join(workspace, '.gitignore'), '.amigraph\npeak.cjs\n');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'templates');
}

function pathOf(at) {
  return at === 0 ? 'templates/root.yaml' : `templates/g${Math.floor(at / 100)}/t${at}.yaml`;
}

function template(at, parent) {
  const packages = Array.from(
    { length: 8 },
    (_, k) => `    - package-${at}-${k}@1.${k}.0 +mpi ~cuda %gcc@14.3.0 ^openmpi@5.0.8`,
  );
  return `# Template ${at} of a collection.
${parent === undefined ? '' : `extends: ${parent}\n`}cluster:
  name: t${at}
  region: us-east-1
compute:
  head_node: c6a.4xlarge
  queues:
    - name: cpu
      instance_types: [c6a.48xlarge, c6i.32xlarge]
      min_count: 0
      max_count: 16
    - name: efa
      instance_types: [hpc7a.96xlarge]
      min_count: 0
      max_count: 8
software:
  spack_packages:
${packages.join('\n')}
users:
  - { name: user${at}, uid: ${10_000 + at}, gid: 5100 }
data:
  s3_mounts:
    - { bucket: data-${at}, mount_point: /shared/data${at} }
build:
  instance_type: c6a.8xlarge
  timeout: 3h
tests:
  - program-${at} --version
`;
}

/** Of a whole process, as its parent sees it. */
function measure(cwd, args) {
  const report = `process.on('exit', () => require('fs').writeSync(3, String(process.resourceUsage().maxRSS)));`;
  const preload = join(cwd, 'peak.cjs');
  writeFileSync(preload, report);
  const began = performance.now();
  const { status, stderr, output } = spawnSync(process.execPath, ['--require', preload, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ms = performance.now() - began;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return { ms, megabytes: Number(output[3]) / 1024 };
}
