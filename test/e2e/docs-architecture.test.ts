// Shows that the files that docs/architecture.md names exist, and hold the names it says they hold.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPage } from '../fakes/doc-page.ts'

const project = join(import.meta.dirname, '../..')
const page = readPage('docs/architecture.md')
const inPage = (pattern: RegExp) =>
  [...page.matchAll(pattern)].map(([, first = '', second = '']) => [first, second])

test('every file and folder that it names exists', () => {
  const paths = inPage(/`((?:src|db|test|docs|packages)(?:\/[\w./-]+)?)`/g).map(([path = '']) => path)
  expect(paths.length).toBeGreaterThan(30)
  expect(paths.filter((path) => !existsSync(join(project, path)))).toEqual([])
})

test.each(inPage(/`(\w+)` (?:in|of) `([\w./-]+\.ts)`/g))('%s is in %s', (name, file) => {
  const text = readFileSync(join(project, file), 'utf8')
  expect(text).toMatch(new RegExp(`^\\s*(?:export )?(?:async )?(?:function\\*?|const) ${name}\\b`, 'm'))
})

test.each(['src', 'test', 'packages'])('every room of %s is in a table', (folder) => {
  const rooms = globSync(`${folder}/*/`, { cwd: project })
  expect(rooms.length).toBeGreaterThan(1)
  expect(rooms.filter((room) => !page.includes(`\`${room}\``))).toEqual([])
})
