// Shows that the last line of a test run tells the truth, by made-up tests that end in every way a run can end.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const project = join(import.meta.dirname, '../..')
const quietSetup = "export default () => () => console.log('the teardown talks')"
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-reporter-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** `files`: the texts of the made-up test files. */
function run(files: string[], setup = quietSetup): { lastLine: string | undefined; exitCode: number | null } {
  const reporters = ['default', join(project, 'test/reporter.ts')]
  const config = { test: { globals: true, reporters, globalSetup: './setup.js' } }
  writeFileSync(join(folder, 'vitest.config.mjs'), `export default ${JSON.stringify(config)}`)
  writeFileSync(join(folder, 'setup.js'), setup)
  for (const [i, text] of files.entries()) writeFileSync(join(folder, `made-up-${i}.test.js`), text)
  const vitest = join(project, 'node_modules/vitest/vitest.mjs')
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', folder], {
    encoding: 'utf8',
  })
  return { lastLine: stdout.trimEnd().split('\n').at(-1), exitCode: status }
}

test('passed tests are counted, after all that the teardown prints', () => {
  expect(run(["test('a', () => {}); test('b', () => {})"])).toEqual({
    lastLine: '2 passed, 0 failed',
    exitCode: 0,
  })
})

test('skipped tests are named only where there are some', () => {
  expect(run(["test('a', () => {}); test.skip('b', () => {}); test.todo('c')"])).toEqual({
    lastLine: '1 passed, 0 failed, 2 skipped',
    exitCode: 0,
  })
})

test('every way in which a file can fail counts as one', () => {
  const files = [
    "test('a', () => {}); test('a failed test', () => { throw new Error() })",
    "throw new Error('does not load')",
    "describe('a failed hook', () => { afterAll(() => { throw new Error() }); test('a', () => {}) })",
    "test('nobody handles it', async () => { Promise.reject(new Error()); await new Promise(setImmediate) })",
    '',
  ]
  expect(run(files)).toEqual({ lastLine: '3 passed, 5 failed', exitCode: 1 })
})

test('the shared PostgreSQL does not turn a failed run into a passed one', () => {
  const setup = `export { default } from ${JSON.stringify(join(project, 'test/fakes/postgres.ts'))}`
  expect(run(["test('a', () => { throw new Error() })"], setup)).toEqual({
    lastLine: '0 passed, 1 failed',
    exitCode: 1,
  })
})

test.each<[string, string, string]>([
  ['setup', "export default () => { throw new Error('setup') }", '0 passed, 1 failed'],
  ['teardown', "export default () => () => { throw new Error('teardown') }", '1 passed, 1 failed'],
])('a failed %s of the whole run counts as failed', (_, setup, lastLine) => {
  expect(run(["test('a', () => {})"], setup)).toEqual({ lastLine, exitCode: 1 })
})
