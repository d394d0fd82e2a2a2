/** `amigraph why`: what a template's digest is made of, and what has changed since its last image. */
import { Command, Option } from 'clipanion';
import type { Found } from '../../cache/lookup.ts';
import type { Manifest } from '../../cache/manifest.ts';
import { InvalidInput } from '../../core/diagnostic.ts';
import { type TemplateName, templateName } from '../../core/ids.ts';
import type { Collection } from '../../graph/collection.ts';
import type { MadeImage, WhyAnswer } from '../../report/why.ts';
import type { InputIndex } from '../../template/inputs.ts';
import type { Workspace } from '../context.ts';
import type { ExplainedRun } from '../planning.ts';
import { CloudCommand, exitCodes } from './base.ts';

export class WhyCommand extends CloudCommand {
  static override paths = [['why']];
  static override usage = Command.Usage({
    category: 'Images',
    description: 'Show why an image is reused or would be built.',
    details: `
      Lists what the digest of NAME is made of, and what has changed since its newest image, in NAME itself and in what it stands on.
    `,
    examples: [['What has changed in gromacs since its last image', '$0 why gromacs']],
  });

  json = Option.Boolean('--json', false, { description: 'as JSON' });
  wanted = Option.String({ name: 'NAME', required: true });

  protected override async run(): Promise<number> {
    const { openWorkspace } = await import('../context.ts');
    const { readCollection } = await import('../reading.ts');
    const { selectOne } = await import('../../graph/select.ts');
    const { withInputs } = await import('../selecting.ts');
    const { whyText, whyView } = await import('../../report/why.ts');
    const { styleFor } = await import('../../report/style.ts');
    const workspace = await openWorkspace(this.context, this.flags);
    const read = await readCollection(workspace);
    // An unknown name is told before anything that other templates lack.
    selectOne(read, templateName(this.wanted));
    const { collection, inputs } = await withInputs(workspace, read);
    const { name } = selectOne(collection, templateName(this.wanted)).template;
    const { answer, warnings } = await this.#ask(workspace, collection, inputs, name);
    const { tellWarnings } = await import('../telling.ts');
    tellWarnings(this.context, warnings);
    if (this.json) this.answerJson(whyView(answer));
    else this.answer(whyText(answer, styleFor(this.context.stdout, this.context.env)));
    return exitCodes.done;
  }

  async #ask(
    workspace: Workspace,
    collection: Collection,
    inputs: InputIndex,
    name: TemplateName,
  ): Promise<Asked> {
    const { openCloud } = await import('../context.ts');
    const { planRun } = await import('../planning.ts');
    const { restrict } = await import('../../graph/focus.ts');
    const { builtWith } = await import('../../plan/explain.ts');
    const { pinnedBases } = await import('../pinned-bases.ts');
    const cloud = await openCloud(workspace, this.context);
    const registry = () => Promise.resolve(cloud.registry);
    const plan = async (within: Collection, names: readonly TemplateName[]): Promise<ExplainedRun> => {
      const bases = await pinnedBases(this.context, workspace, within, registry);
      const selected = new Set(names);
      const wishes = { selected, named: selected, rebuild: new Set<TemplateName>() };
      return planRun(workspace, within, wishes, cloud, { ...bases, inputs });
    };
    try {
      const whole = await unlessInvalid(() => plan(collection, [...collection.templates.keys()]));
      if (whole !== undefined) return answerOf(whole, name, builtWith(whole.plan, name));
      // The base of another template stands for nothing: nothing to this one.
      const needed = restrict(collection, collection.graph.withAncestors([name]));
      return answerOf(await plan(needed, [name]), name, undefined);
    } finally {
      await cloud.close();
    }
  }
}

interface Asked {
  readonly answer: WhyAnswer;
  readonly warnings: ExplainedRun['warnings'];
}

async function unlessInvalid<Value>(call: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

function answerOf(
  { plan, fingerprints, manifest, found, newest, warnings }: ExplainedRun,
  name: TemplateName,
  others: WhyAnswer['builtWith'],
): Asked {
  const action = plan.actions.find(({ template }) => template === name);
  const parts = fingerprints.get(name)?.fingerprint.parts;
  if (action === undefined || parts === undefined)
    throw new Error(`${name} was selected and is not in the plan`);
  const image = found.get(action.digest)?.find((one) => one.image.id === action.image) ?? newest.get(name);
  const answer = { action, parts, builtWith: others, image: image && madeImage(image, manifest) };
  return { answer, warnings };
}

function madeImage({ image, record }: Found, { images }: Manifest): MadeImage {
  const entry = images[record.digest];
  const known = entry?.image === image.id ? entry : undefined;
  return {
    id: image.id,
    createdAt: image.createdAt,
    buildId: record.buildId,
    builtBy: known?.builtBy,
    durationMs: known?.durationMs,
  };
}
