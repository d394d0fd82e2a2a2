/** The bash of this machine, asked to read scripts with `bash -n`. It does not know what they are for. */
import { execFile } from 'node:child_process';
import type { ScriptFault, Shell } from '../../ports/shell.ts';
import { findProgram } from './find-program.ts';

const limitMs = 10_000;
const atOnce = 8;

/** `searchPath` is the environment's PATH; nothing else of the environment reaches bash. */
export function localShell(root: string, searchPath = ''): Shell {
  const checkEach = async (
    texts: readonly string[],
    asked: (text: string, bash: string) => Asked,
  ): Promise<Map<string, readonly ScriptFault[]> | undefined> => {
    const bash = await findProgram('bash', searchPath);
    if (bash === undefined) return undefined;
    const found = new Map<string, readonly ScriptFault[]>();
    const left = new Set(texts).values();
    const readOn = async (): Promise<void> => {
      for (const text of left) found.set(text, await faultsOf(bash, asked(text, bash), root, searchPath));
    };
    await Promise.all(Array.from({ length: atOnce }, readOn));
    return found;
  };
  return {
    // Begins with neither a dash nor a name that bash would look for on PATH.
    check: (scripts) => checkEach(scripts, (script) => ({ path: `./${script}`, options: [`./${script}`] })),
    checkCommands: (texts) =>
      checkEach(texts, (input, bash) => ({ path: bash, options: ['-s'], input: `${input}\n` })),
  };
}

interface Asked {
  /** As bash calls what it reads. */
  readonly path: string;
  readonly options: readonly string[];
  readonly input?: string;
}

function faultsOf(
  bash: string,
  { path, options, input }: Asked,
  root: string,
  searchPath: string,
): Promise<ScriptFault[]> {
  return new Promise((resolve) => {
    const child = execFile(
      bash,
      // A script may turn extglob on, which is not run here.
      ['-n', '-O', 'extglob', ...options],
      // In English, and without BASH_ENV, options and functions of the environment.
      {
        cwd: root,
        env: { PATH: searchPath, LC_ALL: 'C' },
        timeout: limitMs,
        killSignal: 'SIGKILL',
      },
      (error, _stdout, stderr) => {
        const said = parseFaults(path, stderr);
        if (error === null || said.some(({ severity }) => severity === 'error')) resolve(said);
        else if (error.killed === true) resolve([unread(`bash gave no answer within ${limitMs / 1000} s`)]);
        else if (typeof error.code === 'number') resolve([...said, failed(path, stderr, error.code)]);
        else resolve([unread(`bash could not be run: ${error.code ?? error.signal ?? error.message}`)]);
      },
    );
    // It may have seen enough before it has read all.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** Of `./a.sh: line 3: syntax error near unexpected token`; the line that repeats the script is left out. */
function parseFaults(path: string, stderr: string): ScriptFault[] {
  const faults: ScriptFault[] = [];
  for (const text of stderr.split('\n')) {
    if (!text.startsWith(`${path}: line `)) continue;
    const [, line, said = ''] = /^(\d+): (.*)$/.exec(text.slice(path.length + ': line '.length)) ?? [];
    if (line === undefined || said.startsWith('`')) continue;
    const message = said.replace(/^warning: /, '');
    faults.push({ line: Number(line), message, severity: message === said ? 'error' : 'warning' });
  }
  return faults;
}

const unread = (message: string): ScriptFault => ({ line: undefined, message, severity: 'warning' });

function failed(path: string, stderr: string, code: number): ScriptFault {
  const [first = ''] = stderr.replaceAll(`${path}: `, '').split('\n');
  return { line: undefined, message: first || `exit code ${code}`, severity: 'error' };
}
