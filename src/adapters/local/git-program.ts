/** Runs the git of this machine so that neither the user's settings nor what called this program change its answers. It does not know the questions. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { findProgram } from './find-program.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitProgram {
  run(folder: string, args: readonly string[]): Promise<Ran>;
  start(folder: string, args: readonly string[]): ChildProcessWithoutNullStreams;
}

/** A hook of git sets these for its own repository: ours is the one that the workspace lies in. */
const ofAnotherRepository = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
]);

/** Neither locks nor programs that the settings name, such as fsmonitor; and no file is taken for unchanged on less than all that git can see of it. */
const quietly = [
  '--no-optional-locks',
  '--no-pager',
  ...[
    'core.fsmonitor=false',
    'core.trustctime=true',
    'core.checkStat=default',
    'diff.autoRefreshIndex=true',
  ].flatMap((setting) => ['-c', setting]),
];

/** Undefined where there is no git. */
export async function findGit(env: Environment): Promise<GitProgram | undefined> {
  const program = await findProgram('git', env['PATH'] ?? '');
  if (program === undefined) return undefined;
  const own = Object.entries(env).filter(([name]) => !ofAnotherRepository.has(name));
  const start = (folder: string, args: readonly string[]): ChildProcessWithoutNullStreams =>
    spawn(program, [...quietly, ...args], {
      cwd: folder,
      env: { ...Object.fromEntries(own), LC_ALL: 'C', LANGUAGE: '', GIT_TERMINAL_PROMPT: '0' },
      stdio: 'pipe',
    });
  return {
    start,
    run(folder, args) {
      return new Promise((resolve) => {
        const child = start(folder, args);
        const out: Buffer[] = [];
        let stderr = '';
        child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        child.stdin.on('error', () => {}).end();
        child.on('error', (error) => resolve({ code: null, stdout: Buffer.alloc(0), stderr: error.message }));
        child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr }));
      });
    },
  };
}
