/** Words for an error that nothing waited for. It does not know what was running. */
import { inspect } from 'node:util';
import { redact } from '../core/credentials.ts';
import type { Diagnostic } from '../core/diagnostic.ts';

export interface Unforeseen {
  readonly diagnostic: Diagnostic;
  /** Whether the user's own code is known to be the cause; if not, `details` is for a report. */
  readonly users: boolean;
  readonly details: string;
}

/** Only amifile.ts can leave something behind that fails later: the rest of the program waits for what it starts. */
export function unforeseen(error: unknown): Unforeseen {
  const details = redact(inspect(error));
  const users = !(error instanceof Error) || /[/\\]amifile\.ts:\d/.test(details);
  const [message = ''] = (error instanceof Error ? redact(error.message) : details).split('\n');
  const text = users ? 'what amifile.ts left running failed' : 'something failed that nothing waited for';
  return {
    diagnostic: {
      severity: 'error',
      code: users ? 'amifile-broken' : 'unforeseen',
      message: `${text}: ${message}`,
      cure: users
        ? 'await there what it starts'
        : 'await in amifile.ts what it starts; if it starts nothing, report this as a fault of amigraph',
    },
    users,
    details,
  };
}
