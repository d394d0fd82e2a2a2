/** The words for what makes a template's recipe another one. It does not know how it was found. */
import type { Change, ChangedPart } from '../core/change.ts';
import type { TemplateName } from '../core/ids.ts';
import { printable } from './style.ts';

/** One line: `+ cmake@3.27.0 (templates/gromacs.yaml:14)`; where another template than `explained` says something new, with its name before that. */
export function changeText(change: Change, explained: TemplateName = change.template): string {
  const { template, place, pinnedAt } = change;
  const whose = template === explained || isElsewhere(change) ? '' : `${template} changed: `;
  const date = pinnedAt?.slice(0, 10);
  const pinned = date === undefined ? '' : ` (pinned ${date})`;
  const since = date === undefined ? '' : `, pinned ${date}`;
  const where = place === undefined ? pinned : ` (${place.file}:${place.line}${since})`;
  return printable(`${whose}${whatChanged(change)}${where}`.replaceAll(/\s*\n\s*/g, ' '));
}

/** The template says what it said before: a file that it names, or what its base stands for, is another one. */
const isElsewhere = ({ part, kind, place }: Change): boolean =>
  kind === 'changed' && place === undefined && ['script', 'input', 'base image'].includes(part);

function whatChanged({ part, kind, name, from, to }: Change): string {
  const word = words[part];
  switch (kind) {
    case 'added':
      return `+ ${word}${to}`;
    case 'removed':
      return `- ${word}${from}`;
    case 'reordered':
      return `${part}s in another order: ${from} -> ${to}`;
    case 'changed':
      if (from !== '' || to !== '') return `${part === 'input' ? `${name} ` : word}${from} -> ${to}`;
      return part === 'recipe' ? 'what its recipe was is not known' : `${name} changed`;
  }
}

/** What stands before a value that does not say itself what it is. */
const words: Record<ChangedPart, string> = {
  'base image': 'base image ',
  parent: 'parent ',
  'depends on': 'depends on ',
  architecture: 'architecture ',
  volume: 'volume ',
  package: '',
  user: 'user ',
  mount: 'mount ',
  test: 'test ',
  script: 'script ',
  input: 'input ',
  secret: 'secret ',
  recipe: 'format of the recipe ',
};
