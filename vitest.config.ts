import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/runtime/browser/**", "test/bench/**"],
    // Two cores are the least a machine of ours has; workers of the code under test come on top.
    maxWorkers: 2,
    // Where time is the promise, a test measures it. This only ends what hangs, on a busy machine too.
    testTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    setupFiles: ["test/seed.ts"],
  },
});
