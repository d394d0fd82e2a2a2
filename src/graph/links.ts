/** What templates name as their parents, and what is said where that leads nowhere. It does not know what a template holds. */
import { posix } from 'node:path';
import { type Diagnostic, errorOf, type RelatedPlace } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Located, Template } from '../core/template.ts';
import type { Scan } from '../template/scan.ts';
import type { Edge } from './graph.ts';
import { meantTemplate } from './names.ts';

interface Link {
  readonly edge: Edge;
  readonly target: Located<TemplateName>;
}

export function links({ name, extends: parent, dependsOn }: Template): Link[] {
  const found: Link[] = [];
  const add = (kind: Edge['kind'], target: Located<TemplateName>): void => {
    found.push({ edge: { from: target.value, to: name, kind }, target });
  };
  if (parent !== undefined) add('extends', parent);
  for (const target of dependsOn) add('depends_on', target);
  return found;
}

export const sameName = (template: Template, other: Template): Diagnostic =>
  errorOf('same-name', {
    message: `${template.file} and ${other.file} are both named ${template.name}`,
    place: { file: template.file },
    cure: 'rename one of the files',
  });

/** The templates that name one that is not there, by name. `broken`, `others`: files that are there, and no templates. */
export function unknownTargets(
  templates: ReadonlyMap<TemplateName, Template>,
  { broken, others: noTemplates }: Pick<Scan, 'broken' | 'others'>,
): ReadonlyMap<TemplateName, readonly Diagnostic[]> {
  const files = new Map([
    ...broken,
    ...[...templates.values()].map(({ name, file }) => [name, file] as const),
  ]);
  const there = new Set(files.values());
  const cures = new Map<string, string>();
  /** Comparing every wrong name with every right one takes long where there are many: what many miss is looked for once. */
  const remembered = (wanted: string, look: () => string): string => {
    const cure =
      cures.get(wanted) ?? (cures.size < mostLookedFor ? look() : 'amigraph graph shows what there is');
    cures.set(wanted, cure);
    return cure;
  };

  const unknownIn = (template: Template): Diagnostic[] => {
    const { name, file, parentFile, dependsOn } = template;
    const found: Diagnostic[] = [];
    const others = (): TemplateName[] => [...files.keys()].filter((other) => other !== name);
    if (template.extends !== undefined && parentFile !== undefined && !there.has(parentFile)) {
      const folder = posix.dirname(file);
      const written = (other: TemplateName): string => posix.relative(folder, files.get(other) ?? other);
      const wanted = template.extends.value;
      const cure = remembered(`${folder} ${parentFile}`, () => {
        return didYouMean(wanted, others(), written) ?? meantTemplate(wanted, others());
      });
      const { place } = template.extends;
      found.push(
        noTemplates.has(parentFile)
          ? errorOf('unknown-template', {
              message: `${name} extends ${parentFile}, which is there but does not match templates in amifile.ts`,
              place,
              cure: 'put it where templates are, under such a name, or set templates so that it matches',
            })
          : errorOf('unknown-template', {
              message: `${name} extends ${parentFile}, which does not exist`,
              place,
              cure,
            }),
      );
    }
    for (const target of dependsOn) {
      if (files.has(target.value)) continue;
      const cure = remembered(target.value, () => meantTemplate(target.value, others()));
      const message = `${name} depends on ${target.value}, which does not exist`;
      found.push(errorOf('unknown-template', { message, place: target.place, cure }));
    }
    return found;
  };
  return new Map(
    [...templates.values()]
      .map((template) => [template.name, unknownIn(template)] as const)
      .filter(([, found]) => found.length > 0),
  );
}

const mostLookedFor = 100;

/** `cycle` begins and ends with the same name. */
export function cycleOf(
  templates: ReadonlyMap<TemplateName, Template>,
  cycle: readonly TemplateName[],
): Diagnostic {
  const places = cycle.slice(0, -1).flatMap((name, at): RelatedPlace[] => {
    const template = templates.get(name);
    const link = template && links(template).find(({ target }) => target.value === cycle[at + 1]);
    return link === undefined
      ? []
      : [
          {
            message: `${name} ${link.edge.kind === 'extends' ? 'extends' : 'depends on'} ${link.target.value}`,
            place: link.target.place,
          },
        ];
  });
  const [first, ...related] = places;
  return errorOf('cycle', {
    message: `${cycle[0]} stands on itself: ${cycle.join(' -> ')}`,
    place: first?.place,
    related,
    cure: 'take one of these links out',
  });
}

/** The first of a template's links that leads to one of `unusable`, as an error. */
export function blockedIn(template: Template | undefined, unusable: ReadonlySet<TemplateName>): Diagnostic[] {
  const link = template && links(template).find(({ target }) => unusable.has(target.value));
  if (template === undefined || link === undefined) return [];
  const message = `${template.name} stands on ${link.target.value}, which has errors`;
  return [errorOf('blocked', { message, place: link.target.place })];
}

export const tooDeep = (template: Template, depth: number, maxDepth: number): Diagnostic =>
  errorOf('too-deep', {
    message: `${template.name} is ${depth} templates away from its base image, and the limit is ${maxDepth}`,
    place: template.extends?.place,
    cure: 'extend a template nearer to the base, or raise maxDepth in amifile.ts',
  });
