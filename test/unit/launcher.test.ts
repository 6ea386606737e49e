// Shows that the command says in one sentence which Node.js it needs, on one that cannot run it.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const LAUNCHER = join(import.meta.dirname, '../../bin/countersign.js')
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))

/** As an older Node.js would run it, as far as the version goes. */
function runOn(nodeVersion: string) {
  const versions = { ...process.versions, node: nodeVersion }
  const preload = `Object.defineProperty(process, 'versions', { value: ${JSON.stringify(versions)} })`
  const args = ['--import', `data:text/javascript,${encodeURIComponent(preload)}`, LAUNCHER, '--version']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('on an older one it names both versions and how to get the right one, and ends with 1', () => {
  expect(runOn('20.19.1')).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'Countersign needs Node.js 24 or later, and this is 20.19.1: install it, or run npm ci, which brings it for npm start and npx.\n',
  })
})

test('on one that will do it prints the version of Countersign', () => {
  expect(runOn('24.0.0')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
})

test('it is written as every Node.js since 12 reads it', () => {
  const text = readFileSync(LAUNCHER, 'utf8')
  expect(text).not.toMatch(/\?\.|\?\?|\bawait\b|^import |^export |\d_\d|#\w+\s*[=(]/m)
})
