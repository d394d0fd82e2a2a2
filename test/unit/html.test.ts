/** The graph as a page for browsers. */
import { expect, test } from 'vitest';
import { focusOn } from '../../src/graph/focus.ts';
import { htmlPage } from '../../src/report/html.ts';
import { collectionOf } from './rig.ts';

/** What is between the tags of the body, a line each. */
const body = (page: string): string[] => {
  const [, inner = ''] = /<body>\n([^]*)<\/body>/.exec(page) ?? [];
  return inner.trimEnd().split('\n');
};

const sample = () =>
  collectionOf({
    'templates/foundation.yaml':
      'software: { spack_packages: [gcc@14, cmake] }\nusers: [{ name: ada, uid: 5001, gid: 5000 }]',
    'templates/md/gromacs.yaml':
      'extends: ../foundation.yaml\ndata: { s3_mounts: [{ bucket: data, mount_point: /d, read_only: true }] }\ndepends_on: [cuda]\ntests: [gmx]',
    'templates/cuda.yaml': 'build: { scripts: [s.sh], inputs: ["in/**"] }',
  });

test('each template stands under its parent, with what it adds and what it depends on', async () => {
  expect(body(htmlPage('hpc', await sample()))).toEqual([
    '<h1>hpc</h1>',
    '<p>3 templates, 2 edges</p>',
    '<ul>',
    '<li id="t0"><details open><summary><b>cuda</b> <span>templates/cuda.yaml</span></summary>',
    '<dl><dt>scripts</dt><dd><code>s.sh</code></dd><dt>inputs</dt><dd><code>in/**</code></dd><dt>needed by</dt><dd><a href="#t2">md/gromacs</a></dd></dl>',
    '</details></li>',
    '<li id="t1"><details open><summary><b>foundation</b> <span>templates/foundation.yaml</span></summary>',
    '<dl><dt>packages</dt><dd><code>gcc@14</code> <code>cmake</code></dd><dt>users</dt><dd><code>ada 5001:5000</code></dd></dl>',
    '<ul>',
    '<li id="t2"><details open><summary><b>md/gromacs</b> <span>templates/md/gromacs.yaml</span></summary>',
    '<dl><dt>mounts</dt><dd><code>data at /d, read only</code></dd><dt>tests</dt><dd><code>gmx</code></dd><dt>depends on</dt><dd><a href="#t0">cuda</a></dd></dl>',
    '</details></li>',
    '</ul>',
    '</details></li>',
    '</ul>',
  ]);
});

test('a parent that is not shown is named', async () => {
  const shown = focusOn(
    await collectionOf({ 'templates/a.yaml': '{}', 'templates/b.yaml': 'extends: a.yaml' }),
    'b',
  );
  const without = { ...shown, templates: new Map([...shown.templates].filter(([name]) => name === 'b')) };
  expect(body(htmlPage('x', without))).toContain('<dl><dt>extends</dt><dd>a</dd></dl>');
});

test('no name and no command is taken for a tag, an entity or an attribute', async () => {
  const odd = `<script>"&amp;'</script>`;
  const page = htmlPage(
    odd,
    await collectionOf({ "templates/<i>&lt;'.yaml": `tests: ['${odd.replaceAll("'", "''")}']` }),
  );
  const escaped = '&lt;script&gt;&quot;&amp;amp;&#39;&lt;/script&gt;';
  expect(page).toContain(`<title>${escaped}</title>`);
  expect(body(page)).toEqual([
    `<h1>${escaped}</h1>`,
    '<p>1 template, 0 edges</p>',
    '<ul>',
    '<li id="t0"><details open><summary><b>&lt;i&gt;&amp;lt;&#39;</b> <span>templates/&lt;i&gt;&amp;lt;&#39;.yaml</span></summary>',
    `<dl><dt>tests</dt><dd><code>${escaped}</code></dd></dl>`,
    '</details></li>',
    '</ul>',
  ]);
});
