/** Removes a folder with whatever steps have left in it. It does not know what the folder is for. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

// A process that was just killed may still leave a file behind.
const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 } as const;

export function removeTree(place: string): void {
  try {
    rmSync(place, options);
  } catch {
    try {
      // A step may have left folders that not even their owner may write.
      execFileSync('chmod', ['-R', 'u+rwX', place], { stdio: 'ignore' });
    } catch {
      // Then the next line says what is wrong.
    }
    rmSync(place, options);
  }
}
