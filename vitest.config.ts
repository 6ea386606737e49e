// Says how the tests run: first those with servers and browsers, then those that kill servers and the small ones.

import { existsSync, statfsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { EFFORT } from './test/fakes/effort.ts'

// Databases in memory where there is such a folder with room: a test that waits for a disk shows nothing about us.
const IN_MEMORY = '/dev/shm'
const MIN_ROOM_BYTES = 4 * 1024 ** 3
if (existsSync(IN_MEMORY)) {
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  if (bavail * bsize >= MIN_ROOM_BYTES) process.env.TMPDIR = IN_MEMORY
}

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
    // Twice the two cores of a small machine: a test that waits leaves its core to another.
    maxWorkers: 4,
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
