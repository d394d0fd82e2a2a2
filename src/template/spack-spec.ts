/** The text of a Spack spec to its parts, by the grammar of Spack's spec_parser.py. It does not know which packages there are. */
import { fail, ok, type Result } from '../core/result.ts';
import type { SpackDependency, SpackSpec, SpecProblem } from '../core/spack-spec.ts';
import { SpackCursor } from './spack-cursor.ts';
import { readDependency } from './spack-dependency.ts';
import { failFile, readName, readNode } from './spack-node.ts';
import { spackSpecText } from './spack-spec-text.ts';

/** The one spec in `text`, of a package with a name; in time linear in its length. */
export function parseSpackSpec(text: string): Result<SpackSpec, SpecProblem> {
  const cursor = new SpackCursor(text);
  const spec = readSpec(cursor);
  if (spec !== undefined) return ok(spec);
  if (cursor.problem === undefined) throw new Error('a spec that was not read has no problem');
  return fail(cursor.problem);
}

function readSpec(cursor: SpackCursor): SpackSpec | undefined {
  cursor.skipSpace();
  const name = readName(cursor);
  if (name === undefined) {
    if ('./'.includes(cursor.char)) failFile(cursor);
    return cursor.fail(
      cursor.at,
      "it must begin with a package's name",
      'write the package first, as in gromacs@2025.3 +mpi',
    );
  }
  const node = readNode(cursor, name);
  if (node === undefined) return undefined;
  const dependencies: SpackDependency[] = [];
  while (cursor.char !== '') {
    const dependency = readDependency(cursor);
    if (dependency === undefined) return undefined;
    dependencies.push(dependency);
  }
  const { version, variants, hash } = node;
  const parts = { package: name, version, variants, hash, dependencies };
  return { text: spackSpecText(parts), ...parts };
}
