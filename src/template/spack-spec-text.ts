/** A Spack spec to its canonical spelling, the parts of a package in the order of Spack. It does not know how specs are read. */
import type { SpackDependency, SpackEdge, SpackNode, SpackVariant } from '../core/spack-spec.ts';

/** What follows the package itself. Nothing goes across a `%` or `^`: see {@link SpackSpec.dependencies}. */
export function dependenciesText(dependencies: readonly SpackDependency[]): string {
  let text = '';
  for (const dependency of dependencies) text += ` ${dependencyText(dependency)}`;
  return text;
}

const signs = { direct: '%', propagated: '%%', transitive: '^' } as const;

const dependencyText = ({ kind, edge, node }: SpackDependency): string =>
  signs[kind] + edgeText(edge) + nodeText(node);

function edgeText({ when, deptypes, virtuals }: SpackEdge): string {
  let text = '';
  if (when !== undefined) text += ` when=${quoted(when)}`;
  if (deptypes !== undefined) text += ` deptypes=${quoted(deptypes)}`;
  if (virtuals !== undefined) text += ` virtuals=${quoted(virtuals)}`;
  return text === '' ? '' : `[${text.slice(1)}] `;
}

export function nodeText(node: SpackNode): string {
  let text = node.package ?? '';
  if (node.version !== undefined) text += `@${node.version}`;
  for (const variant of node.variants) text += variantText(variant, text);
  if (node.hash !== undefined) text += `${text === '' ? '' : ' '}/${node.hash}`;
  return text === '' ? '*' : text;
}

/** A key is not put first: Spack reads `^mpi=openmpi` as a package for mpi, and `^* mpi=openmpi` as a variant. */
function variantText(variant: SpackVariant, before: string): string {
  const { name, value, propagate } = variant;
  if (typeof value === 'boolean') {
    const sign = value ? '+' : '~';
    return `${propagate ? sign + sign : sign}${name}`;
  }
  const concrete = 'concrete' in variant && variant.concrete;
  return `${before === '' ? '*' : ''} ${name}${concrete ? ':' : ''}${propagate ? '==' : '='}${quoted(value)}`;
}

/** As Spack does it, but for brackets, which it does not read back without quotes. */
function quoted(value: string): string {
  if (/^[\w,/.-]+$/.test(value)) return value;
  // It was written without quotes: before one, the \ would make it part of the value.
  if (value.endsWith('\\')) return value;
  const quote = value.includes("'") ? '"' : "'";
  return quote + value.replaceAll(quote, `\\${quote}`) + quote;
}
