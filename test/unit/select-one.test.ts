/** One template by its very name, where a part of the collection could not be seen. */
import { expect, test } from 'vitest';
import { templateName } from '../../src/core/ids.ts';
import { selectOne } from '../../src/graph/select.ts';
import { unlisted } from '../../src/template/unlisted.ts';
import { collectionOf } from './rig.ts';

test('a name that is not found may be in a folder that could not be listed', async () => {
  const seen = await collectionOf({
    'templates/a.yaml': 'tests: [a]\n',
    'templates/bad.yaml': { problem: 'unreadable' },
  });
  const closed = unlisted({ folder: 'templates/sub', why: 'EACCES' });
  const unseen = { ...seen, diagnostics: [...seen.diagnostics, closed] };
  expect(() => selectOne(unseen, templateName('b'))).toThrow(/^templates\/sub cannot be listed: EACCES$/);
  expect(() => selectOne(seen, templateName('b'))).toThrow(/^there is no template b$/);
});
