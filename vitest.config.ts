// Says how the tests run: first those with servers and browsers, then those that kill servers and the small ones.

import { defineConfig } from 'vitest/config'
import { EFFORT } from './test/fakes/effort.ts'

const suite = (name: string, include: string[], patience = {}) => ({
  extends: true as const,
  test: { name, include, ...patience },
})

export default defineConfig({
  test: {
    globalSetup: './test/fakes/postgres.ts',
    setupFiles: ['./test/fakes/property-runs.ts', './test/fakes/timer-warnings.ts'],
    reporters: ['default', './test/reporter.ts'],
    // The files of one worker share what they import: to load the product anew for each takes longer than most tests.
    isolate: false,
    // One more than the two cores of a small machine: a test that waits leaves its core to another.
    maxWorkers: 3,
    testTimeout: 20_000 * EFFORT,
    hookTimeout: 30_000,
    projects: [
      // Beside those that kill servers, which wait most of their time.
      suite('unit', ['test/unit/**/*.test.ts', 'test/rules/**/*.test.ts'], { sequence: { groupOrder: 1 } }),
      suite('server', ['test/contract/**/*.test.ts', 'test/e2e/**/*.test.ts']),
      suite('browser', ['test/browser/**/*.test.ts'], { testTimeout: 60_000 }),
      suite('crash', ['test/crash/**/*.test.ts'], {
        testTimeout: 60_000 * EFFORT,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
})
