/** `amigraph schema`: what a template may hold, for editors. It needs no workspace. */
import { Command } from 'clipanion';
import { BaseCommand, exitCodes } from './base.ts';

export class SchemaCommand extends BaseCommand {
  static override paths = [['schema']];
  static override usage = Command.Usage({
    category: 'Templates',
    description: 'Print the JSON Schema of a template, for editors.',
    details: 'docs/templates.md says how an editor comes to use it.',
    examples: [['Beside the templates', '$0 schema > templates/template.schema.json']],
  });

  protected override async run(): Promise<number> {
    const { templateJsonSchema } = await import('../../template/json-schema.ts');
    this.answerJson(templateJsonSchema());
    return exitCodes.done;
  }
}
