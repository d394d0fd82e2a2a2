/** Runs code of the user's under guard: however it fails, a promise is rejected and the program goes on. It does not know what the code is for. */

/** The code did what would end the program, or never let it go on. */
export class Misbehaved extends Error {
  readonly cure: string;
  constructor(message: string, cure: string) {
    super(message);
    this.cure = cure;
  }
}

/** It may ask other programs for its values, but a command must not hang without a word. */
const limitSeconds = 30;

/** Also rejects for what `evaluate` leaves running, if that fails at once; and when nothing is left that could end it. */
export async function guarded<Value>(evaluate: () => Promise<Value>): Promise<Value> {
  const exit = process.exit.bind(process);
  let fail: (reason: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const slow = `it did not end in ${limitSeconds} s`;
  const timer = setTimeout(
    () => fail(new Misbehaved(slow, 'make it end sooner: it is run for each command')),
    limitSeconds * 1000,
  ).unref();
  const restore = [
    instead('uncaughtException', fail),
    instead('unhandledRejection', fail),
    instead('beforeExit', () =>
      fail(new Misbehaved('it awaits what never comes', 'mend its top-level await')),
    ),
  ];
  const write = Object.getOwnPropertyDescriptor(process.stdout, 'write');
  // Only answers go to stdout.
  process.stdout.write = process.stderr.write.bind(process.stderr);
  process.exit = () => {
    throw new Misbehaved('it calls process.exit', 'throw an Error instead');
  };
  try {
    const value = await Promise.race([evaluate(), failed]);
    await Promise.race([turn(), failed]);
    return value;
  } finally {
    await turn();
    process.exit = exit;
    if (write === undefined) delete (process.stdout as Partial<typeof process.stdout>).write;
    else Object.defineProperty(process.stdout, 'write', write);
    for (const one of restore) one();
    clearTimeout(timer);
  }
}

/** Promises that reject unheard are told of after what runs now. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Has `listener` answer the event in place of those who did, until the answer is called. */
function instead(event: string, listener: (about: unknown) => void): () => void {
  const others = process.rawListeners(event);
  process.removeAllListeners(event);
  process.on(event, listener);
  return () => {
    process.removeListener(event, listener);
    for (const other of others) process.on(event, other as () => void);
  };
}
