/** Before any test: builds the program once, since the end-to-end tests run what a user runs. */
import { execFileSync } from 'node:child_process';

export default function build(): void {
  if (process.env['AMIGRAPH_TEST_BUILT'] === '1') return;
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
