/** Writes objects of any size to a stream as they are, but for credentials. It does not know whose logs they are. */
import { stripVTControlCharacters } from 'node:util';
import { redact } from '../core/credentials.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { printable } from '../report/style.ts';
import { isTerminal, type Surroundings } from './surroundings.ts';
import { must } from './unavailable.ts';

const partBytes = 4 * 1024 * 1024;

export class LogOutput {
  readonly #stdout: Surroundings['stdout'];
  readonly #store: Pick<ObjectStore, 'part'>;
  /** What was written last ends a line. */
  #atStart = true;
  /** Nobody reads any more: `| head` has seen enough. */
  isClosed = false;

  constructor({ stdout }: Pick<Surroundings, 'stdout'>, store: Pick<ObjectStore, 'part'>) {
    this.#stdout = stdout;
    this.#store = store;
  }

  /** Throws CloudUnavailable. */
  async object(key: string): Promise<void> {
    // Bytes as characters, whole lines at a time: they need not be UTF-8.
    let rest = '';
    for (let from = 0; !this.isClosed; from += partBytes) {
      const part = must(await this.#store.part(key, from, partBytes));
      if (part === undefined) return;
      const text = rest + Buffer.from(part.bytes).toString('latin1');
      const isLast = from + partBytes >= part.size;
      const end = isLast || text.length > 2 * partBytes ? text.length : text.lastIndexOf('\n') + 1;
      await this.#write(text.slice(0, end));
      rest = text.slice(end);
      if (isLast) return;
    }
  }

  /** A line of our own. */
  async line(text: string): Promise<void> {
    await this.#write(this.#atStart ? text : `\n${text}`);
  }

  /** A prompt begins a line of its own. */
  async end(): Promise<void> {
    if (isTerminal(this.#stdout)) await this.line('');
  }

  async #write(text: string): Promise<void> {
    if (text === '') return;
    this.#atStart = text.endsWith('\n');
    const bytes = Buffer.from(redact(text), 'latin1');
    const shown = isTerminal(this.#stdout)
      ? printable(stripVTControlCharacters(bytes.toString('utf8')))
      : bytes;
    await new Promise<void>((resolve) => {
      this.#stdout.write(shown, (error) => {
        this.isClosed ||= error != null;
        resolve();
      });
    });
  }
}
