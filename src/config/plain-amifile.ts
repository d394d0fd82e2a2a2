/** Compiles the usual amifile.ts, one `export default` in plain JavaScript, without a compiler of TypeScript, which takes 0.1 s to load. It does not know what it should export. */
import { compileFunction } from 'node:vm';
import { defineConfig } from './written-config.ts';

/** Runs it, and gives its default export. */
export type CompiledAmifile = () => unknown;

const importLine = /^import \{ defineConfig \} from (?:'amigraph'|"amigraph");?/m;
const exportWords = /^export default (?=defineConfig\(|\{)/m;
/** They stand for something else in a module than in a function, or lead to other files; and `<`, since `new Set<string>(list)` compares in JavaScript. */
const otherWords = /\b(?:await|import|export|require|module|exports|__dirname|__filename)\b|^return\b|</m;

/** Undefined where it is anything else, or wrong: that is for the thorough way to run, or to tell. `file`: its absolute path. */
export function compilePlain(source: string, file: string): CompiledAmifile | undefined {
  // Nothing moves, since errors are told with their lines, and what was two statements stays two.
  const bare = source.replace(importLine, (line) => ';'.padEnd(line.length));
  const code = bare.replace(exportWords, 'amifile.value =');
  if (code === bare || otherWords.test(code)) return undefined;
  const given = bare === source ? ['amifile'] : ['amifile', 'defineConfig'];
  try {
    const run = compileFunction(`'use strict'; ${code}`, given, { filename: file });
    return () => {
      const amifile: { value?: unknown } = {};
      Reflect.apply(run, undefined, [amifile, defineConfig]);
      return amifile.value;
    };
  } catch {
    return undefined;
  }
}
