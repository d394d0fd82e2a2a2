/** A value as YAML in one line. It does not know what stands around it. */
import { dump } from 'js-yaml';
import type { Json } from '../core/digest.ts';

/** It means the same as a key, as a value and in a list, and holds no line break. */
export const yamlText = (value: Json): string =>
  // In a flow list nothing is written over several lines; its brackets are not wanted.
  dump([value], { flowLevel: 0, lineWidth: -1 }).trim().slice(1, -1);
