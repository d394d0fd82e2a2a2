/** What a reset removes, and what it leaves alone. */
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resetSandbox } from '../../src/sandbox/reset.ts';
import { failureOf, freshFolder, launchOnline, rig } from './rig.ts';

describe('reset', () => {
  test('it removes what a sandbox made, and nothing else', async () => {
    const at = await rig();
    await launchOnline(at);
    await at.sandbox.close();
    mkdirSync(join(at.folder, 'instances', 'i-1'), { recursive: true });
    expect(await resetSandbox(at.folder)).toBe(true);
    expect(readdirSync(at.folder)).toEqual([]);
    expect(await resetSandbox(at.folder)).toBe(false);
    expect(await resetSandbox(join(at.folder, 'never'))).toBe(false);
  });

  test('it follows a link to a folder, and leaves both', async () => {
    const at = await rig();
    await at.sandbox.close();
    const link = join(freshFolder(), 'link');
    symlinkSync(at.folder, link);
    expect(await resetSandbox(link)).toBe(true);
    expect(readdirSync(link)).toEqual([]);
  });

  test("it refuses a folder that is not a sandbox's", async () => {
    const folder = freshFolder();
    const refusal = async (path = folder): Promise<string> => (await failureOf(resetSandbox(path))).message;
    const refused = `the sandbox in ${folder} cannot be removed: `;
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, 'state', 'terraform.tfstate'), '');
    expect(await refusal()).toBe(
      `${refused}it holds state/terraform.tfstate, which no sandbox made. Nothing was removed.`,
    );
    rmSync(join(folder, 'state'), { recursive: true });
    mkdirSync(join(folder, 'images'));
    expect(await refusal()).toBe(`${refused}it does not look like a sandbox's folder. Nothing was removed.`);
    const thesis = join(folder, 'thesis.txt');
    writeFileSync(thesis, '');
    expect(await refusal()).toBe(
      `${refused}it holds thesis.txt, which no sandbox made. Nothing was removed.`,
    );
    for (const path of [thesis, join(thesis, 'below')]) {
      expect(await refusal(path)).toBe(
        `the sandbox in ${path} cannot be removed: ${thesis} is not a folder. Choose another folder with AMIGRAPH_SANDBOX_DIR or the option sandbox.folder.`,
      );
    }
    expect(readdirSync(folder)).toEqual(['images', 'thesis.txt']);
  });

  test('it refuses one that is in use, and takes no notice of whoever was killed', async () => {
    const at = await rig();
    const { message } = await failureOf(resetSandbox(at.folder));
    expect(message.startsWith(`the sandbox in ${at.folder} cannot be removed: it is in use by `)).toBe(true);
    expect(
      message.endsWith(
        ` (process ${process.pid}). Nothing was removed. Let it end, or interrupt it, and reset the sandbox then.`,
      ),
    ).toBe(true);
    await at.sandbox.close();
    writeFileSync(join(at.folder, 'users', `${process.pid}-1-00000000`), 'this number had another process');
    writeFileSync(join(at.folder, 'users', '999999999-1-00000000'), 'gone');
    expect(await resetSandbox(at.folder)).toBe(true);
  });
});
