/** In which order the packages of a template are installed. */
import { describe, expect, test } from 'vitest';
import { installOrder, mergeTemplate } from '../../src/template/merge.ts';
import { templateOf, usual, valueOf } from './rig.ts';

describe('the order of installation', () => {
  const order = (list: string): string[] => {
    const template = valueOf(templateOf('templates/t.yaml', `software: { spack_packages: [${list}] }\n`));
    return installOrder(valueOf(mergeTemplate(template, undefined, usual)).all.packages);
  };

  test('has compilers first, then goes by name, whatever the order of writing', () => {
    const sorted = ['gcc@14', 'llvm', 'cmake', 'gcc-runtime', 'openmpi %gcc@14'];
    expect(order('openmpi %gcc@14, cmake, llvm, gcc@14, gcc-runtime')).toEqual(sorted);
    expect(order('gcc-runtime, gcc@14, cmake, llvm, openmpi %gcc@14')).toEqual(sorted);
  });

  test('knows a spec by its meaning, not its spaces', () => {
    expect(order('"  cmake   @3", "cmake  +x", "cmake ~y @ 3 +x"')).toEqual([
      'cmake+x',
      'cmake@3',
      'cmake@3+x~y',
    ]);
  });

  test('knows a compiler with a namespace', () => {
    expect(order('cmake, builtin.gcc@14')).toEqual(['builtin.gcc@14', 'cmake']);
  });
});
