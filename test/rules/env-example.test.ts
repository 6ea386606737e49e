// Shows that .env.example has the same variables as the configuration, with the same defaults.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { environment } from '../../src/config/config.ts'

const lines = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8').split('\n')
const example = new Map(
  lines.flatMap((line) => {
    const [, name, value] = /^#?(\w+)=(.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  }),
)

test('it names exactly the variables of the configuration', () => {
  expect([...example.keys()].sort()).toEqual(Object.keys(environment.shape).sort())
})

test('it sets none: a copy of it changes nothing until it is edited', () => {
  expect(lines.filter((line) => /^\w+=/.test(line))).toEqual([])
})

test('it explains each variable on the lines before it', () => {
  const unexplained = lines.filter((line, i) => /^#\w+=/.test(line) && !/^# \S/.test(lines[i - 1] ?? ''))
  expect(unexplained).toEqual([])
})

describe.each(Object.entries(environment.shape))('%s', (name, field) => {
  const unset = field.safeParse(undefined)

  test('is shown empty, or with its default, or with an example that the configuration accepts', () => {
    const shown = example.get(name) === '' ? unset : field.safeParse(example.get(name))
    expect(shown.error?.message).toBeUndefined()
    if (unset.data !== undefined) expect(shown.data).toEqual(unset.data)
  })
})
