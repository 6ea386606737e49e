// Shows that two servers never share a SQLite file, that a tool may run beside one, and a killed one frees it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StartError } from '../../src/kit/start-error.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { readState, writeState } from '../../src/store/platform-state.ts'
import { databases } from '../fakes/databases.ts'
import { silent } from '../fakes/office.ts'

const HOLDER = `
  const { openDatabase } = await import(process.argv[1])
  await openDatabase(process.argv[2], { as: 'server' })
  console.log('open')
  setInterval(() => {}, 1_000)
`
const entry = join(import.meta.dirname, '../../src/store/open-database.ts')

describe.each(databases.filter(({ name }) => name === 'sqlite'))('on $name', ({ create }) => {
  let database: Awaited<ReturnType<typeof create>>
  const holders: ChildProcess[] = []

  beforeEach(async () => {
    database = await create()
  })
  afterEach(async () => {
    for (const holder of holders.splice(0)) holder.kill('SIGKILL')
    await database.drop()
  })

  const open = (as: 'server' | 'tool') => openDatabase(database.url, { as, log: silent })
  async function openElsewhere(): Promise<ChildProcess> {
    const args = ['--input-type=module', '--eval', HOLDER, entry, database.url]
    const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    holders.push(holder)
    await Promise.race([
      once(holder.stdout as NonNullable<typeof holder.stdout>, 'data'),
      once(holder, 'exit').then(() => Promise.reject(new Error('the other process ended'))),
    ])
    return holder
  }

  test('a lock that others could hold, from an earlier version, is for its owner alone from now on', async () => {
    await writeFile(`${database.url}.lock`, '', { mode: 0o644 })
    await (await open('server')).close()
    expect((await stat(`${database.url}.lock`)).mode & 0o777).toBe(0o600)
  })

  test('a second server in the same process is refused with a sentence until the first is closed', async () => {
    const server = await open('server')
    const second = open('server')
    await expect(second).rejects.toThrow(StartError)
    await expect(second).rejects.toThrow(
      `Another Countersign server is running on ${database.url}; stop it first.`,
    )
    await server.close()
    await (await open('server')).close()
  })

  test('a second process is refused, also while the first hangs, and starts once the first was killed', async () => {
    const holder = await openElsewhere()
    await expect(open('server')).rejects.toThrow('Another Countersign server is running')
    holder.kill('SIGSTOP')
    await expect(open('server')).rejects.toThrow('Another Countersign server is running')

    const ended = once(holder, 'exit')
    holder.kill('SIGKILL')
    await ended
    await (await open('server')).close()
  })

  test('a tool runs beside a server: each sees what the other committed', async () => {
    const server = await open('server')
    const tool = await open('tool')
    await server.transact((trx) => writeState(trx, 'test', 'by server', '1'))
    await tool.transact((trx) => writeState(trx, 'test', 'by tool', '2'))
    expect(await readState(tool.read, 'test', 'by server')).toBe('1')
    expect(await readState(server.read, 'test', 'by tool')).toBe('2')
    await tool.close()
    await expect(open('server')).rejects.toThrow(StartError)
    await server.close()
  })
})
