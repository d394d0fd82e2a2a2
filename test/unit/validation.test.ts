/** What validate answers, how much a run says, and which names are good: the pure parts. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tagsOf } from '../../src/cache/tags.ts';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import { buildId, imageId, templateName } from '../../src/core/ids.ts';
import { type Build, imageName } from '../../src/execute/build.ts';
import { inBrief } from '../../src/report/diagnostics.ts';
import { inReadingOrder, validationLine, validationView } from '../../src/report/validation.ts';
import { nameProblem } from '../../src/template/template-name.ts';
import { digestLike } from './rig.ts';

const at = (file: string, line: number): Diagnostic['place'] => ({ file, line, column: 1, excerpt: '' });
const one = (severity: Diagnostic['severity'], message: string, place?: Diagnostic['place']): Diagnostic => ({
  severity,
  code: 'c',
  message,
  place,
});

test('errors come first, then by file and line', () => {
  const all = [
    one('warning', 'w', at('a', 1)),
    one('error', 'b2', at('b', 2)),
    one('error', 'b10', at('b', 10)),
    one('error', 'a', { file: 'a' }),
    one('error', 'nowhere'),
  ];
  const messages = inReadingOrder(all.toReversed()).map(({ message }) => message);
  expect(messages).toEqual(['nowhere', 'a', 'b2', 'b10', 'w']);
});

test.each([
  [0, [], '0 templates: nothing wrong\n'],
  [1, [], '1 template: nothing wrong\n'],
  [12, [one('warning', 'w')], '12 templates, 0 errors, 1 warning\n'],
  [1, [one('error', 'e'), one('warning', 'v'), one('warning', 'w')], '1 template, 1 error, 2 warnings\n'],
])('the line for %i templates', (templates, diagnostics, line) => {
  expect(validationLine(templates, diagnostics)).toBe(line);
});

test('the view has null where nothing is known', () => {
  const place = { file: 'a', line: 2, column: 3, excerpt: 'x' };
  const whole = { ...one('error', 'e', place), cure: 'do', related: [{ message: 'the other', place }] };
  expect(validationView(2, [whole, one('warning', 'v', { file: 'f' }), one('warning', 'w')])).toEqual({
    templates: 2,
    errors: [
      {
        code: 'c',
        message: 'e',
        file: 'a',
        line: 2,
        column: 3,
        cure: 'do',
        related: [{ message: 'the other', file: 'a', line: 2, column: 3 }],
      },
    ],
    warnings: [
      { code: 'c', message: 'v', file: 'f', line: null, column: null, cure: null, related: [] },
      { code: 'c', message: 'w', file: null, line: null, column: null, cure: null, related: [] },
    ],
  });
});

describe('in brief', () => {
  const many = (count: number, severity: Diagnostic['severity']): Diagnostic[] =>
    Array.from({ length: count }, (_, index) => one(severity, `${severity} ${index}`));

  test('ten warnings and any number of errors are as they are', () => {
    const all = [...many(10, 'warning'), ...many(50, 'error')];
    expect(inBrief(all)).toEqual(all);
  });

  test('more warnings are counted; no error is left out', () => {
    const errors = many(50, 'error');
    expect(inBrief([...many(500, 'warning'), ...errors])).toEqual([
      ...many(10, 'warning'),
      ...errors,
      {
        severity: 'warning',
        code: 'more-warnings',
        message: '490 more warnings',
        cure: 'amigraph validate shows all',
      },
    ]);
    expect(inBrief(many(11, 'warning')).at(-1)?.message).toBe('1 more warning');
  });
});

describe('names', () => {
  test.each([
    ['md/gromacs', undefined],
    ['Größe (neu) 2', undefined],
    ['constructor', undefined],
    ['md/aws:x', undefined],
    ['x'.repeat(128), undefined],
    ['x'.repeat(129), 'has 129 characters, and 128 are allowed'],
    ['AWS:x', 'begins with aws:, which AWS does not take in tags of others'],
    ['a\u0007', 'holds a control character or one that is no text'],
    ['a\u2028', 'holds a control character or one that is no text'],
  ])('%j', (name, problem) => {
    expect(nameProblem(name)).toBe(problem);
  });

  test('whatever is a good name, AWS takes the image name and the tags that are made of it', () => {
    const names = fc
      .oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 128 }),
        fc.string({ minLength: 1, maxLength: 128 }),
        fc.constantFrom('x'.repeat(128), 'é/'.repeat(64)),
      )
      .filter((name) => nameProblem(name) === undefined);
    const workspaces = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/);
    fc.assert(
      fc.property(names, workspaces, fc.integer({ min: 1, max: 99 }), (name, workspace, attempt) => {
        const template = templateName(name);
        const digest = digestLike(name);
        const journal = { buildId: `20261123-0412-${digest.slice(0, 8)}-9f8e7d`, attempt };
        const build = { action: { template, digest }, journal } as unknown as Build;
        expect(imageName(build)).toMatch(/^[A-Za-z0-9()[\] ./'@_-]{3,128}$/);
        const tags = Object.entries(
          tagsOf({
            template,
            digest,
            parent: template,
            baseImage: imageId('ami-0123456789abcdef0'),
            region: 'us-west-2',
            buildDate: '2026-11-23T04:12:00.000Z',
            buildId: buildId(journal.buildId),
            workspace,
          }),
        );
        expect(tags.length).toBeLessThanOrEqual(50);
        for (const [key, value] of tags) {
          expect(key).toMatch(/^(?!aws:)[A-Za-z]{1,128}$/i);
          expect(value).toMatch(/^(?!aws:)[^\p{Cc}]{0,256}$/iu);
        }
      }),
    );
  });
});
