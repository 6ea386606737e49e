// Shows that what is due by the clock is done every second, whatever became of the rest.

import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Outage } from '../../src/kit/outage.ts'
import { startSweeper } from '../../src/kit/sweeper.ts'
import { silent } from '../fakes/office.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const failing = async () => {
  throw new Error('the database does not answer')
}
/** Resolves once what was begun has ended. */
const settled = () => new Promise((resolve) => setImmediate(resolve))
async function pass(seconds: number) {
  for (let second = 0; second < seconds; second++) {
    vi.advanceTimersByTime(1_000)
    await settled()
  }
}

test('a duty that fails leaves the others alone, and is done again a second later', async () => {
  const done: string[] = []
  const duty = (name: string) => async () => void done.push(name)
  const broken = vi.fn(failing)
  startSweeper([duty('before'), broken, duty('after')], silent)
  await pass(3)
  expect(done).toEqual(['before', 'after', 'before', 'after', 'before', 'after'])
  expect(broken).toHaveBeenCalledTimes(3)
})

test('while the database cannot be used a round ends with the first duty, in one line without a stack', async () => {
  const lines: Record<string, unknown>[] = []
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const away = async () => {
    throw new Outage('not_ready', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
  }
  const after = vi.fn(async () => {})
  startSweeper([away, after], log)
  await pass(2)
  expect(after).not.toHaveBeenCalled()
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatchObject({ code: 'not_ready', cause: 'ECONNREFUSED' })
  expect(lines[0]).not.toHaveProperty('err')
})

test('a round that takes long is not overtaken by the next, and stopping waits for it', async () => {
  const slow = Promise.withResolvers<void>()
  const duty = vi.fn(() => slow.promise)
  const stop = startSweeper([duty], silent)
  await pass(3)
  expect(duty).toHaveBeenCalledTimes(1)
  let isStopped = false
  const stopping = stop().then(() => {
    isStopped = true
  })
  await settled()
  expect(isStopped).toBe(false)
  slow.resolve()
  await stopping
  await pass(3)
  expect(duty).toHaveBeenCalledTimes(1)
})
