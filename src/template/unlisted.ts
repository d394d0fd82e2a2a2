/** A folder in which templates or inputs could not be looked for. It does not know which of them. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { UnlistedFolder } from '../ports/files.ts';

export const unlisted = ({ folder, why }: UnlistedFolder): Diagnostic => ({
  severity: 'error',
  code: 'unreadable',
  message:
    why === 'EILSEQ'
      ? `${folder} is a folder whose name is not UTF-8 text`
      : `${folder} cannot be listed: ${why}`,
  place: { file: folder },
  cure: `${why === 'EILSEQ' ? 'rename it' : 'make it readable'}, or name what is needed without it`,
});
