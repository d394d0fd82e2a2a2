/** Each number of docs/aws-facts.md begins the title of a test, and no title has a number that the page has not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const tests = new URL('..', import.meta.url).pathname;
const page = readFileSync(new URL('../../docs/aws-facts.md', import.meta.url), 'utf8');

const sources = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(tests, path), 'utf8'));

test('each fact about AWS is named by a test', () => {
  const named = sources.flatMap((source) => [...source.matchAll(/['"`]AWS (\d+): /g)]);
  const titles = new Set(named.map(([, number]) => Number(number)));
  const rows = [...page.matchAll(/^\| (\d+) .*\| (.*)\|$/gm)];
  expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
  const applying = rows.filter(([, , does]) => does?.startsWith('Does not apply: ') !== true);
  expect([...titles].toSorted((a, b) => a - b)).toEqual(applying.map(([, number]) => Number(number)));
});
