/** Reporters, as lines and as objects. */
import { describe, expect, test } from 'vitest';
import { imageId, templateName } from '../../src/core/ids.ts';
import { ndjsonReporter, plainReporter } from '../../src/report/reporter.ts';
import { actionOf, digestLike, HandClock, plainStyle, reuseOf } from './rig.ts';

const template = templateName('gromacs');
const digest = digestLike('gromacs');
const image = imageId('ami-1');
const position = { template, step: 'package gcc', index: 3, count: 9 };
const finished = { type: 'image-finished', template, digest, durationMs: 61_000 } as const;

describe('reporters', () => {
  const written = (): { text: string; write(text: string): void } => ({
    text: '',
    write(text) {
      this.text += text;
    },
  });

  test('write a line for each line', async () => {
    const output = written();
    const reporter = plainReporter(output, plainStyle);
    for (const event of [
      { type: 'step-started', ...position },
      { ...finished, result: 'reused', image },
    ] as const)
      reporter.emit(event);
    await reporter.close();
    expect(output.text).toBe('gromacs: step 3 of 9: package gcc\ngromacs: reused ami-1\n');
  });

  test('say once that an image is reused as planned', async () => {
    const output = written();
    const reporter = plainReporter(output, plainStyle);
    reporter.emit({ type: 'plan', actions: [reuseOf('gromacs'), actionOf('namd')] });
    const planned = output.text;
    reporter.emit({ ...finished, result: 'reused', image });
    expect(output.text).toBe(planned);
    // Another run had made it by the time that it was to be built.
    reporter.emit({ ...finished, template: templateName('namd'), result: 'reused', image });
    await reporter.close();
    expect(output.text).toBe(`${planned}namd: reused ami-1\n`);
  });

  test('write one JSON object a line, whatever the texts hold', async () => {
    const output = written();
    const reporter = ndjsonReporter(output, new HandClock());
    reporter.emit({
      type: 'warning',
      code: 'manifest-broken',
      region: 'r',
      object: 'o',
      problem: 'two\nlines\u2028',
    });
    reporter.emit({ ...finished, result: 'reused', image });
    await reporter.close();
    const lines = output.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      {
        type: 'warning',
        time: '2026-11-23T00:00:00.000Z',
        message:
          'the manifest is not used: o: two\nlines\u2028; the images are found by their tags; to set it aside and make it anew: amigraph manifest repair --region r',
        code: 'manifest-broken',
        region: 'r',
        object: 'o',
        problem: 'two\nlines\u2028',
      },
      expect.objectContaining({ type: 'image-finished', image: 'ami-1' }),
    ]);
  });
});
