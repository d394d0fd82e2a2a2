/** Work that an interruption simply ends, since nothing has to be cleaned up after it. It does not know which work. */

/**
 * The value, or undefined as soon as `interrupted` is aborted. Nobody waits for the work then:
 * a value that it still comes to is undone, a failure of it is not heard.
 */
export async function unlessInterrupted<Value>(
  work: Promise<Value>,
  interrupted: AbortSignal,
  undo: (value: Value) => Promise<void>,
): Promise<Value | undefined> {
  let stop: () => void = () => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
  });
  interrupted.addEventListener('abort', stop);
  if (interrupted.aborted) stop();
  try {
    const value = await Promise.race([work, stopped]);
    if (!interrupted.aborted) return value;
  } catch (error) {
    if (!interrupted.aborted) throw error;
  } finally {
    interrupted.removeEventListener('abort', stop);
  }
  void work.then(undo).catch(() => {});
  return undefined;
}
