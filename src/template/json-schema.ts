/** The schema of a template as JSON Schema, for editors. It does not know which editors, nor where it is written to. */
import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import { templateSchema } from './schema.ts';

/** Draft-07, which is what yaml-language-server knows best. It takes what `templateSchema` takes, and nothing else. */
export function templateJsonSchema(): object {
  const { $schema, ...rest } = toJsonSchema(templateSchema, {
    target: 'draft-07',
    // Of a strict or loose map, the part that knows the keys: JSON has no other objects than maps.
    typeMode: 'output',
    overrideAction: severalPatterns,
  });
  return { $schema, title: 'amigraph template', ...rest };
}

type OverrideAction = NonNullable<ConversionConfig['overrideAction']>;

/** The library has room for one pattern of a text; the others must hold as well. A flag cannot be said: it throws. */
const severalPatterns: OverrideAction = ({ valibotAction: action, jsonSchema }) => {
  const regex: unknown = 'requirement' in action ? action.requirement : undefined;
  if (!(regex instanceof RegExp) || regex.flags !== '' || jsonSchema.pattern === regex.source)
    return undefined;
  return { ...jsonSchema, allOf: [...(jsonSchema.allOf ?? []), { pattern: regex.source }] };
};
