/** Texts that are kept between runs with their digest, so that what was damaged meanwhile is not believed. It does not know what they say. */
import { digestOf } from './digest.ts';

export const sealed = (text: string): string => `${digestOf(text)}\n${text}`;

/** The text; undefined where it is not what was sealed. */
export function unsealed(written: string): string | undefined {
  const end = written.indexOf('\n');
  const text = written.slice(end + 1);
  return written.slice(0, end) === digestOf(text) ? text : undefined;
}
