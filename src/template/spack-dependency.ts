/** What follows `%` and `^` in a Spack spec. It does not know which package it belongs to. */
import type { SpackDependency, SpackEdge, SpackNode } from '../core/spack-spec.ts';
import { shown, type SpackCursor } from './spack-cursor.ts';
import { failFile, readName, readNode, takeName } from './spack-node.ts';
import { readValue } from './spack-value.ts';

const sigil = /\^|%%?/y;
const assignment = /\w[\w-]*(?:,\w[\w-]*)*=(?=\w)/y;
const key = /\w[\w.-]*/y;
const operator = /:?==?/y;
const types = new Set(['build', 'link', 'run', 'test']);
const noEdge: SpackEdge = {};

/** The cursor stands on `%` or `^`. */
export function readDependency(cursor: SpackCursor): SpackDependency | undefined {
  const start = cursor.at;
  const sign = cursor.take(sigil) ?? '';
  const written = cursor.char === '[' ? readEdge(cursor) : noEdge;
  if (written === undefined) return undefined;
  cursor.skipSpace();
  const begin = cursor.at;
  let name = readName(cursor);
  let edge = written;
  if (name === undefined || cursor.char === ',') {
    cursor.at = begin;
    const virtuals = cursor.take(assignment)?.slice(0, -1);
    if (virtuals !== undefined) edge = withVirtuals(written, virtuals);
    name = virtuals === undefined ? readName(cursor) : takeName(cursor);
  }
  const any = name === undefined && cursor.takeChar('*');
  if (cursor.char === '.') failFile(cursor);
  const node = readNode(cursor, name);
  if (node === undefined) return undefined;
  if (name === undefined && !any && isEmpty(node)) {
    return cursor.fail(start, `${sign} has no package after it`, 'write a package after it, or take it out');
  }
  return { kind: kindOf(sign), edge, node };
}

const isEmpty = ({ version, variants, hash }: SpackNode): boolean =>
  version === undefined && variants.length === 0 && hash === undefined;

const kindOf = (sign: string): SpackDependency['kind'] =>
  sign === '^' ? 'transitive' : sign === '%' ? 'direct' : 'propagated';

const withVirtuals = (edge: SpackEdge, virtuals: string): SpackEdge => ({
  ...edge,
  virtuals: edge.virtuals ? `${edge.virtuals},${virtuals}` : virtuals,
});

/** `[virtuals=c deptypes=build]` */
function readEdge(cursor: SpackCursor): SpackEdge | undefined {
  const open = cursor.at;
  if (!cursor.text.includes(']', open)) {
    return cursor.fail(open, '[ is not closed', 'write ] before the package');
  }
  cursor.at += 1;
  const edge: { -readonly [Key in keyof SpackEdge]: SpackEdge[Key] } = {};
  for (;;) {
    cursor.skipSpace();
    if (cursor.takeChar(']')) return edge;
    const start = cursor.at;
    const name = cursor.take(key);
    if (name === undefined) return cursor.failHere();
    if (name !== 'when' && name !== 'deptypes' && name !== 'virtuals') {
      return cursor.fail(
        start,
        `${shown(name)} is no property of a dependency`,
        'use when, deptypes or virtuals; variants stand after ]',
      );
    }
    const sign = cursor.take(operator);
    if (sign === undefined || sign.endsWith('==')) {
      return cursor.fail(start, `${name} has no value with = after it`, `write ${name}=value without spaces`);
    }
    if (edge[name] !== undefined) {
      return cursor.fail(start, `the dependency has ${name} twice`, 'keep one of them');
    }
    const value = readValue(cursor, name + sign);
    if (value === undefined) return undefined;
    const unknown = name === 'deptypes' ? value.split(',').find((type) => !types.has(type)) : undefined;
    if (unknown !== undefined) {
      return cursor.fail(start, `${shown(unknown)} is no type of dependency`, `use ${[...types].join(', ')}`);
    }
    edge[name] = value;
  }
}
