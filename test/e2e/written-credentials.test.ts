/** AWS credentials that are written in the workspace: told with their place, and never repeated. */
import { expect, test } from 'vitest';
import { events, makeWorkspace } from './rig.ts';

const keyId = 'AKIAIOSFODNN7EXAMPLE';
const url = `https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=${'deadbeef'.repeat(8)}`;
const withBash = { PATH: process.env['PATH'] ?? '' };
const cure =
  '  cure: take it out, make it invalid if others have seen it, and give what scripts need as a secret: build.secrets in a template\n';

test('in a template they are errors, wherever they stand', async () => {
  const workspace = await makeWorkspace({
    'templates/a.yaml': `cluster: { name: ${keyId} }\ntests:\n  - curl -fO '${url}'\n  - "true"\n`,
  });
  const errors =
    'error: an AWS access key id is written here, and whoever sees this file can use it\n' +
    '  at templates/a.yaml:1:18\n    cluster: { name: *** }\n                     ^\n' +
    `${cure}error: a presigned URL is written here, and whoever sees this file can use it\n` +
    "  at templates/a.yaml:3:57\n      - curl -fO 'https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=***'\n" +
    `${' '.repeat(60)}^\n${cure}`;
  expect(await workspace.run(['validate'], withBash)).toEqual({
    code: 2,
    stdout: '1 template, 2 errors, 0 warnings\n',
    stderr: errors,
  });
  const built = await workspace.run(['build', 'a']);
  expect(built.code).toBe(2);
  expect(built.stderr).toContain(errors);
  const json = (await workspace.run(['validate', '--json'])).stdout;
  expect(json).not.toContain(keyId);
  expect(json.match(/"code": "credential"/g)).toHaveLength(2);
});

test('in amifile.ts they are errors', async () => {
  const workspace = await makeWorkspace({
    'templates/a.yaml': 'tests: []\n',
    'amifile.ts': `export default {\n  workspace: '${keyId}',\n};\n`,
  });
  expect(await workspace.run(['list'])).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: an AWS access key id is written here, and whoever sees this file can use it\n  at amifile.ts:2:3\n      workspace: '***',\n      ^\n${cure}`,
  });
});

test('in a script they are a warning, of validate and of a build that sends it', async () => {
  const workspace = await makeWorkspace({
    'templates/a.yaml': 'build: { scripts: [scripts/a.sh] }\n',
    'scripts/a.sh': `#!/bin/bash\nexport AWS_ACCESS_KEY_ID=${keyId}\n`,
  });
  const validated = await workspace.run(['validate'], withBash);
  expect(validated).toEqual({
    code: 0,
    stdout: '1 template, 0 errors, 1 warning\n',
    stderr: `warning: an AWS access key id is written here, and whoever sees this file can use it\n  at scripts/a.sh:2:26\n    export AWS_ACCESS_KEY_ID=***\n                             ^\n${cure}`,
  });
  const built = await workspace.run(['build', 'a', '--json']);
  expect(built.code).toBe(0);
  expect(events(built).filter(({ type }) => type === 'warning')).toMatchObject([
    { code: 'credential', what: 'an AWS access key id', file: 'scripts/a.sh', line: 2 },
  ]);
  expect((await workspace.run(['build', 'a'])).stderr).not.toContain('warning');
  expect((await workspace.run(['logs', 'a', '--step', 'script scripts/a.sh'])).stdout).toContain(
    '+ export AWS_ACCESS_KEY_ID=***\n',
  );
});
