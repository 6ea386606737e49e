// Shows that when a process freezes while it claims a destination, other senders pass it over (PostgreSQL).

import pg from 'pg'
import { expect, test } from 'vitest'
import { eventually, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'

test('a destination that a frozen process has locked holds up no other, and is served once it is free', async () => {
  const postgres = databases.find(({ name }) => name === 'postgres')
  const database = await postgres?.create()
  if (!database) throw new Error('no PostgreSQL')
  const running = await startCountersign({ databaseUrl: database.url })
  const frozen = new pg.Client({ connectionString: database.url })
  // The server ends it when it gives up on it.
  frozen.on('error', () => {})
  try {
    const locked = await running.destination()
    await running.destination({ config: { bot_token: 'xoxb-test', channel_id: 'C0SECURITY' } })
    await frozen.connect()
    await frozen.query('begin')
    await frozen.query('select id from destinations where id = $1 for no key update', [locked])

    await running.ask()
    await eventually(() => running.slack.messages('C0SECURITY').length === 1)
    expect(running.slack.messages('C0APPROVALS')).toEqual([])
    await frozen.query('rollback')
    await eventually(() => running.slack.messages('C0APPROVALS').length === 1)
  } finally {
    await frozen.end()
    await running.stop()
    await database.drop()
  }
})
