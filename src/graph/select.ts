/** The templates that a command names. It does not know what is done with them. */
import { type Diagnostic, InvalidInput } from '../core/diagnostic.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import type { Collection } from './collection.ts';
import { meantTemplate } from './names.ts';

/** The named templates, or all. Throws InvalidInput for a name that does not exist or cannot be used. */
export function select(collection: Collection, names: readonly string[] | 'all'): Set<TemplateName> {
  const known = collection.templates.size + collection.unusable.size;
  if (names === 'all' || known === 0) {
    const errors = collection.diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new InvalidInput(errors);
  }
  if (names === 'all') return new Set(collection.templates.keys());
  const problems = names.flatMap((name) => problemWith(collection, templateName(name)));
  if (problems.length > 0) throw new InvalidInput(problems);
  return new Set(names.map(templateName));
}

function problemWith(collection: Collection, name: TemplateName): Diagnostic[] {
  if (collection.templates.has(name)) return [];
  if (collection.unusable.has(name)) {
    const own = collection.diagnostics.filter(({ severity }) => severity === 'error');
    return [
      {
        severity: 'error',
        code: 'unusable-template',
        message: `${name} cannot be used, for the errors below`,
      },
      ...own,
    ];
  }
  const known = [...collection.templates.keys(), ...collection.unusable];
  const byFile = [...collection.templates.values()].find(({ template }) => template.file === String(name));
  return [
    {
      severity: 'error',
      code: 'unknown-template',
      message: `there is no template ${name}`,
      cure: byFile === undefined ? meantTemplate(name, known) : `did you mean ${byFile.template.name}?`,
    },
  ];
}
