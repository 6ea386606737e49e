// Shows that the code keeps to its rooms: each source file is held against the table of who may import whom.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  fileCircles,
  importViolations,
  packagesIn,
  roomCircles,
  roomOf,
  type Sources,
} from './import-rules.ts'
import { LONG_FILES, MAX_LINES, PLATFORM_BLIND_ROOMS, PLATFORM_NAMES } from './rooms.ts'

const project = join(import.meta.dirname, '../..')
const sources: Sources = Object.fromEntries(
  globSync('{src,db,packages/*/src}/**/*.{ts,tsx}', { cwd: project }).map((file) => [
    file,
    readFileSync(join(project, file), 'utf8'),
  ]),
)

describe('the source', () => {
  test('there is some to check', () => {
    expect(Object.keys(sources)).toContain('src/approvals/desk.ts')
  })

  test('every file is in a room', () => {
    expect(Object.keys(sources).filter((file) => roomOf(file) === undefined)).toEqual([])
  })

  test('a room imports only what it may', () => {
    expect(importViolations(sources)).toEqual([])
  })

  test('it loads only packages that are installed without those for development', () => {
    const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
    expect([...packagesIn(sources)].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([])
  })

  test('no files import one another in a circle, also not for types', () => {
    expect(fileCircles(sources)).toEqual([])
  })

  test('no rooms import one another in a circle', () => {
    expect(roomCircles(sources)).toEqual([])
  })

  test('rooms that serve every platform name none', () => {
    const naming = Object.entries(sources)
      .filter(([file]) => PLATFORM_BLIND_ROOMS.includes(roomOf(file) ?? ''))
      .flatMap(([file, text]) =>
        text
          .split('\n')
          .flatMap((line, i) => (PLATFORM_NAMES.test(line) ? [`${file}:${i + 1}: ${line}`] : [])),
      )
    expect(naming).toEqual([])
  })

  test('a file opens with a plain sentence that says what it does', () => {
    const silent = Object.entries(sources).filter(([, text]) => !/^(#!.*\n)?\/\/ [A-Z][^?\n]*\n/.test(text))
    expect(silent.map(([file]) => file)).toEqual([])
  })

  test('exactly the listed files are long', () => {
    const long = Object.entries(sources).filter(([, text]) => text.trimEnd().split('\n').length > MAX_LINES)
    expect(long.map(([file]) => file).sort()).toEqual(Object.keys(LONG_FILES).sort())
  })
})

describe('the check of imports', () => {
  test.each<[string, string, string, string]>([
    ['a room off the list', 'src/kit/a.ts', "import { b } from '../store/b.ts'", 'kit may not import store'],
    ['its types', 'src/kit/a.ts', "import type { B } from '../store/b.ts'", 'kit may not import store'],
    ['a re-export', 'src/kit/a.ts', "export * from '../store/b.ts'", 'kit may not import store'],
    ['a type in passing', 'src/kit/a.ts', "let b: import('../store/b.ts').B", 'kit may not import store'],
    ['a late import', 'src/kit/a.ts', "await import('../store/b.ts')", 'kit may not import store'],
    ['a computed import', 'src/kit/a.ts', 'await import(name)', 'computes what it imports'],
    [
      'a value where types are allowed',
      'src/api/a.ts',
      "import { a } from '../platforms/platform.ts'",
      'only types',
    ],
    [
      'types and a value',
      'src/api/a.ts',
      "import { type P, p } from '../platforms/platform.ts'",
      'only types',
    ],
    ['what is no door', 'src/api/a.ts', "import { a } from '../approvals/decide.ts'", 'is not a door'],
    ['a door for others', 'src/delivery/a.ts', "import { a } from '../approvals/desk.ts'", 'is not a door'],
    [
      'another platform',
      'src/platforms/slack/a.ts',
      "import '../teams/b.ts'",
      'may not import platforms/teams',
    ],
    ['the root', 'src/api/a.ts', "import { buildApp } from '../app.ts'", 'api may not import app'],
    ['a test', 'src/api/a.ts', "import '../../test/fakes/b.ts'", 'in no room'],
    ['a kept package', 'src/api/a.ts', "import type { Block } from '@slack/types'", '@slack/types stays in'],
    [
      'a part of one',
      'src/people/a.ts',
      "import { sql } from 'kysely/helpers/sqlite'",
      'stays in store and db',
    ],
  ])('finds %s', (_, file, text, complaint) => {
    expect(importViolations({ [file]: text })).toEqual([expect.stringContaining(complaint)])
  })

  test.each([
    ['src/api/a.ts', "import type { P } from '../platforms/platform.ts'"],
    ['src/api/a.ts', "import { type P } from '../platforms/platform.ts'"],
    ['src/store/a.ts', "import pg from 'pg'\nimport { b } from './b.ts'"],
    ['src/api/approvals/a.ts', "import { a } from '../../approvals/desk.ts'"],
    ['src/platforms/slack/a.ts', "import type { P } from '../platform.ts'\nimport '@slack/bolt'"],
    ['src/platforms/registry.ts', "import { slack } from './slack/slack.ts'"],
    ['src/app.ts', "import { a } from './api/server.ts'"],
    ['src/people/a.ts', "// import '../api/b.ts'\nconst text = \"import '../api/b.ts'\""],
    ['src/people/a.ts', "import { something } from 'pgx'"],
  ])('lets pass: %s %s', (file, text) => {
    expect(importViolations({ [file]: text })).toEqual([])
  })

  test.each(['import', 'import type'])('finds a circle of files: %s', (kind) => {
    const circle: Sources = {
      'src/kit/a.ts': `${kind} { b } from './b.ts'`,
      'src/kit/b.ts': "import { c } from './c.ts'",
      'src/kit/c.ts': "export { a } from './a.ts'",
    }
    expect(fileCircles(circle)).toEqual(['src/kit/a.ts → src/kit/b.ts → src/kit/c.ts → src/kit/a.ts'])
    expect(roomCircles(circle)).toEqual([])
  })

  test('finds a circle of rooms whose files are in none', () => {
    const circle: Sources = {
      'src/events/a.ts': "import { b } from '../store/b.ts'",
      'src/store/c.ts': "import type { A } from '../events/a.ts'",
    }
    expect(fileCircles(circle)).toEqual([])
    expect(roomCircles(circle)).toEqual(['events → store → events'])
  })
})
