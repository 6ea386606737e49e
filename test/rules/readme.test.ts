// Shows that the commands, scripts, links and pictures of the README exist.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const project = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(project, file), 'utf8')
const readme = read('README.md')
const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => (block ?? '').trim())
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts

test('one command starts the product and one tests it', () => {
  expect(commands).toEqual(expect.arrayContaining(['npm ci && npm start', 'npm cit']))
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test']))
})

test('the build server runs exactly the test command of the README', () => {
  const lines = read('.ci/run').split('\n')
  const run = lines.filter((line) => line !== '' && !/^(#|set |cd )/.test(line))
  expect(run).toEqual(['npm cit'])
})

test.each(['README.md', 'CONTRIBUTING.md'])('every script that %s names exists', (file) => {
  const named = [...read(file).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name)
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
})

test.each(['README.md', 'CONTRIBUTING.md'])('every file that %s links to or shows exists', (file) => {
  const targets = [...read(file).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target]) => target ?? '')
  const local = targets.filter((target) => !/^[a-z]+:/.test(target))
  expect(local.length).toBeGreaterThan(0)
  expect(local.filter((target) => !existsSync(join(project, target)))).toEqual([])
})
