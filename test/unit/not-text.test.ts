/** Where bytes are no UTF-8. */
import { expect, test } from 'vitest';
import { placeOfNoText } from '../../src/core/not-text.ts';

const bytes = (...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));

test.each([
  [bytes('# ok\ntests: ["a', 0xff, 'b"]\nx'), 2, 11, 'tests: ["a\uFFFDb"]'],
  [bytes(0xe4, '\r\n'), 1, 1, '\uFFFD'],
  [bytes('ä日', 0x80), 1, 3, 'ä日\uFFFD'],
  [bytes('a\r\n\r\nb', 0xc3), 3, 2, 'b\uFFFD'],
])('%o: line %d, column %d', (content, line, column, excerpt) => {
  expect(placeOfNoText(content)).toEqual({ line, column, excerpt });
});
