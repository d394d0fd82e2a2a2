/** Where bytes are no UTF-8. It does not know whose they are. */
import { isUtf8 } from 'node:buffer';
import type { Place } from './diagnostic.ts';

/** Of the first that is none; the line as far as it can be read. */
export function placeOfNoText(bytes: Uint8Array): Omit<Place, 'file'> {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf(lineFeed, start);
    const part = bytes.subarray(start, end === -1 ? undefined : end);
    if (end === -1 || !isUtf8(part)) {
      const excerpt = Buffer.from(part).toString('utf8').replace(/\r$/, '');
      return { line, column: Math.max(1, excerpt.indexOf('\uFFFD') + 1), excerpt };
    }
    start = end + 1;
  }
}

const lineFeed = 10;
