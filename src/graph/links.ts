/** What templates name as their parents, and what is said where that leads round or to what cannot be used. It does not know what a template holds. */
import { type Diagnostic, errorOf, type RelatedPlace } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Located, Template, TemplateLinks } from '../core/template.ts';
import type { Edge } from './graph.ts';

interface Link {
  readonly edge: Edge;
  readonly target: Located<TemplateName>;
}

export function links({ name, extends: parent, dependsOn }: Omit<TemplateLinks, 'file'>): Link[] {
  const found: Link[] = [];
  const add = (kind: Edge['kind'], target: Located<TemplateName>): void => {
    found.push({ edge: { from: target.value, to: name, kind }, target });
  };
  if (parent !== undefined) add('extends', parent);
  for (const target of dependsOn) add('depends_on', target);
  return found;
}

export const sameName = (name: TemplateName, file: string, other: string): Diagnostic =>
  errorOf('same-name', {
    message: `${file} and ${other} are both named ${name}`,
    place: { file },
    cure: 'rename one of the files',
  });

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
export function blockedIn(
  template: Template | undefined,
  unusable: { has(name: TemplateName): boolean },
): Diagnostic[] {
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
