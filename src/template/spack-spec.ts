/** The text of a Spack spec to its parts, by the grammar of Spack's spec_parser.py. It does not know which packages there are. */
import { fail, ok, type Result } from '../core/result.ts';
import type { SpackDependency, SpackSpec, SpecProblem } from '../core/spack-spec.ts';
import { SpackAgreement } from './spack-agreement.ts';
import { SpackCursor } from './spack-cursor.ts';
import { readDependency } from './spack-dependency.ts';
import { failFile, readName, readNode } from './spack-node.ts';
import { dependenciesText, nodeText } from './spack-spec-text.ts';

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
  if (name === 'c++') {
    const cure =
      'a comma in brackets ends an entry: put the whole spec in quotes, as in "gcc languages=c,c++"';
    return cursor.fail(cursor.at - name.length, 'c++ is a language and no package', cure);
  }
  const node = readNode(cursor, name);
  if (node === undefined) return undefined;
  const rest = readDependencies(cursor);
  if (rest === undefined) return undefined;
  const { version, variants, hash } = node;
  const { dependencies } = rest;
  // V8 keeps every part of a text that was added up, and one piece of what was joined.
  const text = [nodeText(node), rest.text].join('');
  return { text, package: name, version, variants, hash, dependencies };
}

interface Dependencies extends Pick<SpackSpec, 'dependencies'> {
  readonly text: string;
}

/** Of a whole collection, most packages are built with the same few compilers and libraries. */
const known = new Map<string, Dependencies>();
const mostKnown = 1000;

/** All that is left of the text; the cursor stands at its end, on `%` or on `^`. */
function readDependencies(cursor: SpackCursor): Dependencies | undefined {
  const written = cursor.text.slice(cursor.at);
  const before = known.get(written);
  if (before !== undefined) return before;
  const dependencies: SpackDependency[] = [];
  const agreement = new SpackAgreement();
  while (cursor.char !== '') {
    const start = cursor.at;
    const dependency = readDependency(cursor);
    if (dependency === undefined) return undefined;
    const contradiction = agreement.take(dependency);
    if (contradiction !== undefined) return cursor.fail(start, contradiction, 'keep one of them');
    dependencies.push(dependency);
  }
  const read = { dependencies, text: dependenciesText(dependencies) };
  if (known.size < mostKnown) known.set(written, read);
  return read;
}
