/** How the tests run: from the root, in as many processes as there are cores. */
import { configDefaults, defineConfig } from 'vitest/config';

export const common = {
  root: new URL('..', import.meta.url).pathname,
  test: {
    globalSetup: ['test/build.ts'],
    pool: 'forks' as const,
    // Vitest leaves one core free unless told otherwise.
    maxWorkers: '100%',
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Its ES modules import folders, which Node does not do; bundled, as in the program, they work.
    server: { deps: { inline: ['clipanion'] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/conformance/**'],
  },
});
