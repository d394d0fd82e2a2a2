/** How the conformance tests run: apart from all others, since they need Python. */
import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';
import { common } from '../vitest.config.ts';

const counts: Reporter = {
  onTestRunEnd(modules) {
    const states = modules.flatMap((one) => [...one.children.allTests()].map((test) => test.result().state));
    const count = (state: string): number => states.filter((one) => one === state).length;
    console.log(
      `conformance: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`,
    );
  },
};

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['test/conformance/**/*.test.ts'],
    globalSetup: [...common.test.globalSetup, 'test/conformance/moto.ts'],
    // Whole builds, and two servers that work hard on two cores.
    testTimeout: 180_000,
    reporters: ['default', counts],
  },
});
