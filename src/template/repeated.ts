/** What stands twice in one file, which counts once. It does not know what else is wrong there. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Located, RequestedPackage, Template, TemplateLinks } from '../core/template.ts';
import { mostTold } from './told.ts';

export const repeatedPackages = (packages: readonly Located<RequestedPackage>[]): Diagnostic[] =>
  repeated(packages, repeatedPackage);

export const repeatedTemplates = ({ extends: parent, dependsOn }: TemplateLinks): Diagnostic[] => [
  ...repeated(dependsOn, repeatedTemplate),
  ...(parent === undefined ? [] : dependsOn)
    .filter(({ value }) => value === parent?.value)
    .slice(0, 1)
    .map(({ value, place }): Diagnostic => ({
      severity: 'warning',
      code: 'repeated-template',
      message: `${value} is what the template extends; depends_on adds nothing`,
      place,
      cure: 'take it out of depends_on',
    })),
];

/** Of what runs in the order in which it is written, where somebody may mean it to run again. */
export const repeatedWork = ({ scripts, tests }: Pick<Template, 'scripts' | 'tests'>): Diagnostic[] => [
  ...repeated(scripts, repeatedScript),
  ...repeated(tests, repeatedTest),
];

/** Within one file, each once; what an ancestor has too is joined in silence. */
function repeated<Value>(
  items: readonly Located<Value>[],
  { code, identity, written }: Repetition<Value>,
): Diagnostic[] {
  // Most say each thing once, and there are many of them.
  if (new Set(items.map(({ value }) => identity(value))).size === items.length) return [];
  const first = new Map<string, Located<Value>>();
  const again = new Map<Located<Value>, Located<Value>>();
  for (const one of items) {
    const before = first.get(identity(one.value));
    if (before === undefined) first.set(identity(one.value), one);
    else if (!again.has(before)) again.set(before, one);
  }
  return [...again].slice(0, mostTold).map(([before, one]) => ({
    severity: 'warning',
    code,
    message: written(one.value),
    place: one.place,
    related: [{ message: 'first', place: before.place }],
    cure: 'take one of them out',
  }));
}

interface Repetition<Value> {
  readonly code: string;
  readonly identity: (value: Value) => string;
  readonly written: (value: Value) => string;
}

const repeatedPackage: Repetition<RequestedPackage> = {
  code: 'repeated-package',
  identity: ({ spec }) => spec,
  written: ({ written }) => `${written} stands twice; it is installed once`,
};

const repeatedTemplate: Repetition<TemplateName> = {
  code: 'repeated-template',
  identity: (name) => name,
  written: (name) => `${name} stands twice; it counts once`,
};

const repeatedScript: Repetition<string> = {
  code: 'repeated-script',
  identity: (path) => path,
  written: (path) => `${path} stands twice; it runs once, in the first place`,
};

const repeatedTest: Repetition<string> = {
  code: 'repeated-test',
  identity: (command) => command,
  written: (command) => `the test ${command} stands twice; it runs once`,
};
