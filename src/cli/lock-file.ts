/** amigraph.lock in its workspace: read, and written anew. It does not know what pins are for. */
import { lockName, parseLock, printLock } from '../config/lock.ts';
import type { Pin } from '../config/pins.ts';
import { type Diagnostic, errorOf, InvalidInput } from '../core/diagnostic.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { FileProblem, Files } from '../ports/files.ts';

const maxBytes = 4 * 1024 * 1024;

/** No file, no pins; or all that is wrong with it. */
export async function lookAtLock(files: Files): Promise<Result<readonly Pin[], readonly Diagnostic[]>> {
  const content = await files.read(lockName, maxBytes);
  if ('text' in content) return parseLock(content.text);
  if (content.problem === 'missing') return ok([]);
  return fail([unusable(`cannot be read: ${words[content.problem]}`, 'make it a file that you may read')]);
}

/** Throws InvalidInput where there is a file that cannot be used. */
export async function readPins(files: Files): Promise<readonly Pin[]> {
  const found = await lookAtLock(files);
  if (found.ok) return found.value;
  throw new InvalidInput(found.error);
}

/** Another run may have written it since it was read: `change` is given what is there now. */
export async function changePins(
  files: Files,
  change: (pins: readonly Pin[]) => readonly Pin[],
): Promise<void> {
  const before = await readPins(files);
  const text = printLock(change(before));
  if (text === printLock(before)) return;
  if ((await files.write(lockName, text)) !== undefined) return;
  throw new InvalidInput([unusable('cannot be written', 'make the folder of amifile.ts writable')]);
}

const words: Record<Exclude<FileProblem, 'missing'>, string> = {
  'not-a-file': 'it is not a regular file',
  'outside-workspace': 'it is a link to a place outside the workspace',
  unreadable: 'you may not read it',
  'too-big': `it is larger than ${maxBytes / 1024 / 1024} MiB`,
  'not-text': 'it is not UTF-8 text',
};

const unusable = (what: string, cure: string): Diagnostic =>
  errorOf('lock-file', { message: `${lockName} ${what}`, place: { file: lockName }, cure });
