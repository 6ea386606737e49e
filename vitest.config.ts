// How do the tests run? What needs no browser side by side; then browsers; then, alone, what kills servers.

import { defineConfig } from 'vitest/config'

const suite = (name: string, include: string[]) => ({
  extends: true as const,
  test: { name, include },
})

export default defineConfig({
  test: {
    globalSetup: './test/fakes/postgres.ts',
    reporters: ['default', './test/reporter.ts'],
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      suite('unit', ['test/unit/**/*.test.ts', 'test/rules/**/*.test.ts']),
      suite('server', ['test/contract/**/*.test.ts', 'test/e2e/**/*.test.ts']),
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'crash',
          include: ['test/crash/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 60_000,
        },
      },
    ],
  },
})
