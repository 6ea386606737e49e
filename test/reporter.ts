// Prints how a test run went, `N passed, N failed`, as the very last line of the output.

import type { SerializedError } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/**
 * Failed means every failed or unfinished test, and every error outside a test: in a hook, while a file was
 * loaded, or unhandled. The line never says `0 failed` when the process ends with another code than 0.
 */
export default class LastLine implements Reporter {
  #counts: Counts = { passed: 0, failed: 0, skipped: 0 }

  onInit(): void {
    // After everything that vitest prints, the teardown of what the tests shared included.
    process.once('exit', (code) => process.stdout.write(`${lastLine(this.#counts, code)}\n`))
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    this.#counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) this.#count(module)
  }

  #count(module: TestModule): void {
    this.#counts.failed += module.errors().length
    for (const suite of module.children.allSuites()) this.#counts.failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      this.#counts[state === 'pending' ? 'failed' : state] += 1
    }
  }
}

function lastLine({ passed, failed, skipped }: Counts, exitCode: number): string {
  const atLeast = exitCode === 0 ? 0 : 1
  const line = `${passed} passed, ${Math.max(failed, atLeast)} failed`
  return skipped > 0 ? `${line}, ${skipped} skipped` : line
}
