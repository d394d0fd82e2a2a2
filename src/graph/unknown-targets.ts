/** Templates that name one that does not exist, and what is said of it. It does not know what is made of those that do. */
import { posix } from 'node:path';
import { type Diagnostic, errorOf } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Located, TemplateLinks } from '../core/template.ts';
import type { NoTemplate, Scan } from '../template/scan.ts';
import { cureOf, meantNames } from './names.ts';

/** What each of `asked` that names one that is not there is told. */
export function unknownTargets(
  asked: readonly TemplateLinks[],
  { templates, broken, others: noTemplates }: Pick<Scan, 'templates' | 'broken' | 'others'>,
): (readonly [TemplateName, readonly Diagnostic[]])[] {
  const there = filesOf({ templates, broken });
  const files = new Map([...broken, ...templates.map(({ name, file }) => [name, file] as const)]);
  const names = [...files.keys()];
  const without = (self: TemplateName): TemplateName[] => names.filter((name) => name !== self);
  const looked = new Map<TemplateName, readonly TemplateName[]>();
  let searches = 0;
  const search = (wanted: TemplateName, among: readonly TemplateName[]): readonly TemplateName[] => {
    searches += 1;
    return meantNames(wanted, among);
  };
  /** Comparing every wrong name with every right one takes long where there are many: what many miss is looked for once. */
  const cureFor = (
    wanted: TemplateName,
    self: TemplateName,
    written?: (name: TemplateName) => string,
  ): string => {
    const known = looked.get(wanted);
    if (known === undefined && searches >= mostSearches) return tooMany;
    const meant = known ?? search(wanted, names);
    looked.set(wanted, meant);
    if (!meant.includes(self))
      return cureOf(meant, names.length > manyNames ? names : without(self), written);
    return searches < mostSearches ? cureOf(search(wanted, without(self)), without(self), written) : tooMany;
  };

  const unknownIn = (template: TemplateLinks): Diagnostic[] => {
    const { name, file, extends: parent, parentFile, dependsOn } = template;
    const found: Diagnostic[] = [];
    if (parent !== undefined && parentFile !== undefined && !there.has(parentFile)) {
      const folder = posix.dirname(file);
      const written = (other: TemplateName): string => posix.relative(folder, files.get(other) ?? other);
      found.push(
        errorOf('unknown-template', {
          place: parent.place,
          ...wordsFor(`${name} extends ${parentFile}, which`, noTemplates.get(parentFile), () =>
            cureFor(parent.value, name, written),
          ),
        }),
      );
    }
    const unknown = new Map<TemplateName, Located<TemplateName>>();
    for (const target of dependsOn)
      if (!files.has(target.value) && !unknown.has(target.value)) unknown.set(target.value, target);
    for (const target of [...unknown.values()].slice(0, mostTold)) {
      const message = `${name} depends on ${target.value}, which does not exist`;
      const cure = cureFor(target.value, name);
      found.push(errorOf('unknown-template', { message, place: target.place, cure }));
    }
    if (unknown.size > mostTold)
      found.push(
        errorOf('more-errors', {
          message: `${name} depends on ${unknown.size - mostTold} more that do not exist`,
          place: { file },
          cure: 'mend these first',
        }),
      );
    return found;
  };
  return asked
    .map((template) => [template.name, unknownIn(template)] as const)
    .filter(([, found]) => found.length > 0);
}

function wordsFor(
  beginning: string,
  there: NoTemplate | undefined,
  cureForName: () => string,
): Pick<Diagnostic, 'message'> & Required<Pick<Diagnostic, 'cure'>> {
  switch (there) {
    case 'a file':
      return {
        message: `${beginning} is there but not found by templates in amifile.ts: it does not match, or is behind a link to a folder`,
        cure: 'put it where templates are, under such a name, or set templates so that it matches; links to folders are not followed',
      };
    case 'outside':
      return {
        message: `${beginning} is a link to a place outside the workspace`,
        cure: 'copy the file into the workspace',
      };
    case 'no file':
      return { message: `${beginning} is not a regular file`, cure: cureForName() };
    case undefined:
      return { message: `${beginning} does not exist`, cure: cureForName() };
  }
}

const mostTold = 100;
const mostSearches = 100;
/** So many are not listed, with the template's own name or without. */
const manyNames = 100;
const tooMany = 'amigraph graph shows what there is';

/** All files of the scan that are, or would be, templates. */
export const filesOf = ({ templates, broken }: Pick<Scan, 'templates' | 'broken'>): ReadonlySet<string> =>
  new Set([...broken.map(([, file]) => file), ...templates.map(({ file }) => file)]);
