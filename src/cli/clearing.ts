/** What giving up builds of others needs: signals, tokens, and a voice for what goes wrong. It does not know which builds. */
import type { ExecuteContext } from '../execute/context.ts';
import type { Cloud, Workspace } from './context.ts';
import { executeContext } from './execute-context.ts';
import { openManifest } from './manifests.ts';
import type { Surroundings } from './surroundings.ts';
import { tellWarnings } from './telling.ts';

/** Signals are answered while `clear` goes on: the first is told, and is for `clear` to heed; the second ends the process. */
export async function whileClearing<Value>(
  around: Surroundings,
  workspace: Workspace,
  cloud: Cloud,
  clear: (ctx: ExecuteContext) => Promise<Value>,
): Promise<Value> {
  const { manifest } = await openManifest(workspace, cloud);
  const interruptions = around.interruptions();
  const { interrupted } = interruptions;
  const announce = (): void =>
    void around.stderr.write(
      'interrupted: finishing what was begun; the same signal once more leaves it as it is\n',
    );
  interrupted.addEventListener('abort', announce, { once: true });
  try {
    return await clear(
      executeContext(around, workspace, cloud, interruptions, {
        emit: (event) => {
          if (event.type === 'warning') tellWarnings(around, [event]);
        },
        // A lease whose object was lost must not begin below what the manifest has seen.
        listed: manifest.images,
        parameters: manifest.parameters,
        wait: false,
        readOnly: false,
        onError: 'cleanup',
      }),
    );
  } finally {
    interrupted.removeEventListener('abort', announce);
    interruptions.dispose();
  }
}
