/** Why a sandbox cannot be used, worded for a person. It does not know what was tried to open it. */

export const anotherFolder = 'choose another folder with AMIGRAPH_SANDBOX_DIR or the option sandbox.folder';

const resetCure = `Remove it with \`amigraph sandbox reset\`, or ${anotherFolder}.`;

export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
  readonly folder: string;

  constructor(folder: string, reason: string, cure = resetCure, wanted: 'used' | 'removed' = 'used') {
    super(`the sandbox in ${folder} cannot be ${wanted}: ${reason}. ${cure}`);
    this.folder = folder;
  }
}

/** The state has gone from under this process, and does not come back. */
export class SandboxRemoved extends SandboxUnavailable {
  constructor(folder: string) {
    super(
      folder,
      'its state was removed while this program used it',
      'Start this program again: it begins with an empty sandbox.',
    );
  }
}

/** What the file system says, for the folder or something in it. */
export function unavailableFor(
  folder: string,
  what: string,
  error: unknown,
  wanted?: 'removed',
): SandboxUnavailable {
  const reason = error instanceof Error ? error.message : String(error);
  return new SandboxUnavailable(folder, `${what} (${reason})`, cureOf(codeOf(error)), wanted);
}

function cureOf(code: unknown): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return `Free some space there, or ${anotherFolder}.`;
  const user = process.getuid?.() ?? 0;
  const denied = (code === 'EACCES' || code === 'EPERM') && user !== 0;
  if (!denied) return `${upperFirst(anotherFolder)}.`;
  return `Let user ${user} write there (chown or chmod), or ${anotherFolder}.`;
}

export const upperFirst = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
