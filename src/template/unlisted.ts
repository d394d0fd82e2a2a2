/** A folder in which templates or inputs could not be looked for. It does not know which of them. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { UnlistedFolder } from '../ports/files.ts';

export const unlisted = ({ folder, why }: UnlistedFolder): Diagnostic => ({
  severity: 'error',
  code: 'unreadable',
  message: `${folder} cannot be listed: ${why}`,
  place: { file: folder },
  cure: 'make it readable, or name what is needed without it',
});
