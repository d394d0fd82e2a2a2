/** Why a sandbox cannot be used, worded for a person. It does not know what was tried to open it. */

export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
  readonly folder: string;

  constructor(folder: string, reason: string, cure?: string) {
    super(
      `the sandbox in ${folder} cannot be used: ${reason}. ${cure ?? 'Remove it with `amigraph sandbox reset`, or choose another folder with AMIGRAPH_SANDBOX_DIR.'}`,
    );
    this.folder = folder;
  }
}
