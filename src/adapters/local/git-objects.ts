/** The objects of one repository, through one `git cat-file --batch`, one after the other. It does not know what they are. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';

type Sink = (bytes: Buffer) => void;

export class Objects {
  readonly #begin: () => ChildProcessWithoutNullStreams;
  #child: ChildProcessWithoutNullStreams | undefined;
  #output: AsyncIterator<Buffer> | undefined;
  #left: Buffer = Buffer.alloc(0);
  #last: Promise<unknown> = Promise.resolve();

  /** `begin` starts the process, when the first object is asked for. */
  constructor(begin: () => ChildProcessWithoutNullStreams) {
    this.#begin = begin;
  }

  /** Hands the bytes of a blob to what `sinkOf` makes of its size, a part at a time; false: it could not be read whole. */
  read(id: string, sinkOf: (size: number) => Sink): Promise<boolean> {
    const turn = this.#last.then(() => this.#read(id, sinkOf));
    this.#last = turn;
    return turn;
  }

  close(): void {
    this.#child?.stdin.end();
    this.#child?.kill();
  }

  async #read(id: string, sinkOf: (size: number) => Sink): Promise<boolean> {
    this.#start().stdin.write(`${id}\n`);
    const size = /^\S+ blob (\d+)$/.exec((await this.#line()) ?? '')?.[1];
    if (size === undefined) return false;
    return (await this.#take(Number(size), sinkOf(Number(size)))) && this.#take(1, () => {});
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child !== undefined) return this.#child;
    const child = this.#begin();
    // What it cannot say ends its output, which is noticed.
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    child.stderr.resume();
    this.#output = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#child = child;
    return child;
  }

  async #line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#left.indexOf('\n');
      if (end >= 0) {
        const line = this.#left.toString('latin1', 0, end);
        this.#left = this.#left.subarray(end + 1);
        return line;
      }
      const more = await this.#more();
      if (more === undefined) return undefined;
      this.#left = Buffer.concat([this.#left, more]);
    }
  }

  async #take(count: number, sink: Sink): Promise<boolean> {
    for (let wanted = count; wanted > 0;) {
      const bytes = this.#left.length > 0 ? this.#left : await this.#more();
      if (bytes === undefined) return false;
      sink(bytes.subarray(0, wanted));
      this.#left = bytes.subarray(wanted);
      wanted -= Math.min(wanted, bytes.length);
    }
    return true;
  }

  async #more(): Promise<Buffer | undefined> {
    const next = await this.#output?.next().catch(() => undefined);
    return next === undefined || next.done === true ? undefined : next.value;
  }
}
