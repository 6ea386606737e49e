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

function run(tests: string, setup = quietSetup): { lastLine: string | undefined; exitCode: number | null } {
  const reporters = ['default', join(project, 'test/reporter.ts')]
  const config = { test: { globals: true, reporters, globalSetup: './setup.js' } }
  writeFileSync(join(folder, 'vitest.config.mjs'), `export default ${JSON.stringify(config)}`)
  writeFileSync(join(folder, 'setup.js'), setup)
  writeFileSync(join(folder, 'made-up.test.js'), tests)
  const vitest = join(project, 'node_modules/vitest/vitest.mjs')
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', folder], {
    encoding: 'utf8',
  })
  return { lastLine: stdout.trimEnd().split('\n').at(-1), exitCode: status }
}

test('passed tests are counted, after all that the teardown prints', () => {
  expect(run("test('a', () => {}); test('b', () => {})")).toEqual({
    lastLine: '2 passed, 0 failed',
    exitCode: 0,
  })
})

test('skipped tests are named only where there are some', () => {
  expect(run("test('a', () => {}); test.skip('b', () => {}); test.todo('c')")).toEqual({
    lastLine: '1 passed, 0 failed, 2 skipped',
    exitCode: 0,
  })
})

test.each<[string, string, string]>([
  ['a failed test', "test('a', () => {}); test('b', () => { throw new Error() })", '1 passed, 1 failed'],
  ['a file that does not load', "throw new Error('load')", '0 passed, 1 failed'],
  [
    'a failed hook',
    "describe('s', () => { afterAll(() => { throw new Error() }); test('a', () => {}) })",
    '1 passed, 1 failed',
  ],
  [
    'an error that nobody handled',
    "test('a', async () => { Promise.reject(new Error()); await new Promise(setImmediate) })",
    '1 passed, 1 failed',
  ],
  ['a file without a test', '', '0 passed, 1 failed'],
])('%s counts as failed', (_, tests, lastLine) => {
  expect(run(tests)).toEqual({ lastLine, exitCode: 1 })
})

test('the shared PostgreSQL does not turn a failed run into a passed one', () => {
  const setup = `export { default } from ${JSON.stringify(join(project, 'test/fakes/postgres.ts'))}`
  expect(run("test('a', () => { throw new Error() })", setup)).toEqual({
    lastLine: '0 passed, 1 failed',
    exitCode: 1,
  })
})

test.each<[string, string, string]>([
  ['setup', "export default () => { throw new Error('setup') }", '0 passed, 1 failed'],
  ['teardown', "export default () => () => { throw new Error('teardown') }", '1 passed, 1 failed'],
])('a failed %s of the whole run counts as failed', (_, setup, lastLine) => {
  expect(run("test('a', () => {})", setup)).toEqual({ lastLine, exitCode: 1 })
})
