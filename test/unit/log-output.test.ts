/** Logs on their way to a stream: in parts, whole, and without what must not be read or would steer a terminal. */
import { Writable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogOutput } from '../../src/cli/log-output.ts';
import { ok } from '../../src/core/result.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';

const mebibyte = 1024 * 1024;

/** A store of that one object. */
const storeOf = (bytes: Uint8Array): Pick<ObjectStore, 'part'> => ({
  part: (_, from, count) =>
    Promise.resolve(
      ok({ bytes: bytes.subarray(from, from + count), size: bytes.length, modifiedAt: new Date(0) }),
    ),
});

class Screen extends Writable {
  readonly isTTY: boolean;
  readonly parts: Uint8Array[] = [];
  broken = false;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
    this.on('error', () => {});
  }

  override _write(chunk: Uint8Array, _: string, done: (error?: Error) => void): void {
    this.parts.push(chunk);
    done(this.broken ? new Error('EPIPE') : undefined);
  }

  get written(): Buffer {
    return Buffer.concat(this.parts);
  }
}

async function shown(bytes: Uint8Array, isTTY = false): Promise<Buffer> {
  const stdout = new Screen(isTTY);
  await new LogOutput({ stdout }, storeOf(bytes)).object('k');
  return stdout.written;
}

test('every byte arrives, wherever the parts are cut', async () => {
  const line = Buffer.from('\xff\xfe some line of a log, \xc3\xa4\r\n\0', 'latin1');
  const many = Buffer.concat(Array.from({ length: 300_000 }, () => line));
  expect((await shown(many)).equals(many)).toBe(true);
  const long = Buffer.alloc(9 * mebibyte, 'x');
  expect((await shown(long)).equals(long)).toBe(true);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
      expect((await shown(bytes)).equals(bytes)).toBe(true);
    }),
  );
});

test('a credential is hidden also where two parts meet', async () => {
  for (const before of [4 * mebibyte - 30, 4 * mebibyte - 10, 4 * mebibyte]) {
    const text = `${'x\n'.repeat(before / 2)}key AKIAIOSFODNN7EXAMPLE end\n`;
    const left = `${'x\n'.repeat(before / 2)}key *** end\n`;
    expect((await shown(Buffer.from(text))).toString() === left).toBe(true);
  }
});

test('a terminal gets no control sequences, and whole characters', async () => {
  const text = `a \u001b[31mred\u001b[0m ä€\u{1F600} \u009b1m\u0007\tb\n${'ä'.repeat(3 * mebibyte)}\nend`;
  expect((await shown(Buffer.from(text), true)).toString()).toBe(
    `a red ä€\u{1F600} \tb\n${'ä'.repeat(3 * mebibyte)}\nend`,
  );
});

test('a line of ours begins a line, and nothing more is written to a stream that is closed', async () => {
  const stdout = new Screen(false);
  const output = new LogOutput({ stdout }, storeOf(Buffer.alloc(9 * mebibyte, 'x\n')));
  await output.line('one\n');
  await output.line('two');
  await output.line('three\n');
  expect(stdout.written.toString()).toBe('one\ntwo\nthree\n');
  stdout.broken = true;
  await output.object('k');
  expect(output.isClosed).toBe(true);
  expect(stdout.written.length).toBeLessThan(5 * mebibyte);
});

test.each([
  ['a line without its end', true, 'no end', 'no end\n'],
  ['a whole line', true, 'an end\n', 'an end\n'],
  ['nothing', true, '', ''],
  ['anything that goes elsewhere', false, 'no end', 'no end'],
])(
  'at the end of %s a prompt begins a line of its own on a terminal: %s',
  async (_, isTTY, text, written) => {
    const stdout = new Screen(isTTY);
    const output = new LogOutput({ stdout }, storeOf(Buffer.from(text)));
    await output.object('k');
    await output.end();
    expect(stdout.written.toString()).toBe(written);
  },
);
