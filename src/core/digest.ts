/** Digests of bytes and of plain data. It does not know what the data mean. */
import { hash } from 'node:crypto';
import type { Digest } from './ids.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export function digestOf(bytes: string | Uint8Array): Digest {
  return hash('sha256', bytes, 'hex') as Digest;
}

/** JSON with the keys of every object in code-unit order and no white space: equal data, equal text. */
export function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (isList(value)) {
    for (const one of value) text += `${text === '' ? '' : ','}${canonical(one)}`;
    return `[${text}]`;
  }
  for (const key of Object.keys(value).toSorted()) {
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(value[key] ?? null)}`;
  }
  return `{${text}}`;
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

/** The part of a digest that people read and that the tag `TemplateHash` holds: 16 hexadecimal digits. */
export const shortDigest = (digest: Digest): string => digest.slice(0, 16);
