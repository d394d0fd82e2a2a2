/** The names of parameters: such as SSM takes, and none for two templates. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { templateName } from '../../src/core/ids.ts';
import { latestParameter, parametersOf } from '../../src/core/parameter-name.ts';

/** Much of it looks like what is escaped. */
const name = fc
  .array(fc.constantFrom('_', 'x', '2', 'B', '+', ' ', 'a', '/', '5F', '-', '\u{1F9EC}'), {
    minLength: 1,
    maxLength: 9,
  })
  .map((parts) => parts.join(''));

test('two templates have two parameters, of such signs as SSM takes', () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      const [a, b] = [one, other].map((text) => latestParameter('hpc', templateName(text)));
      expect(a).toMatch(/^[A-Za-z0-9_./-]+$/);
      expect(a === b).toBe(one === other);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['a_x2B+', 'a+x2B_'],
  ['a+', 'a_x2B_'],
])('not even %s and %s', (one, other) => {
  expect(latestParameter('hpc', templateName(one))).not.toBe(latestParameter('hpc', templateName(other)));
});

test('a plain name stays as it is, and begins as those of its workspace do', () => {
  expect(latestParameter('hpc', templateName('md/lib_x-2.1'))).toBe('/amigraph/hpc/md/lib_x-2.1/latest');
  expect(latestParameter('lab_xA_1', templateName('a')).startsWith(parametersOf('lab_xA_1'))).toBe(true);
});
