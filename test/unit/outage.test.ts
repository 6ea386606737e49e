// Shows which errors of SQLite and PostgreSQL are an outage, after which it is right to try again.

import { describe, expect, test } from 'vitest'
import { patientFor } from '../../src/delivery/patient.ts'
import { Outage, type OutageCode } from '../../src/kit/outage.ts'
import type { Database } from '../../src/store/database.ts'
import { asNoConnection, asOutage } from '../../src/store/outage.ts'

const coded = (code: string) => Object.assign(new Error('what it said'), { code })

test.each<[OutageCode, string[]]>([
  ['database_busy', ['SQLITE_BUSY', 'SQLITE_BUSY_RECOVERY', 'SQLITE_LOCKED', '55P03', '40001', '40P01']],
  ['storage_full', ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', '53100', '58030']],
  ['not_ready', ['SQLITE_CANTOPEN', '57P01', '57P03', '08006', '53300', '25P03', '25006']],
  ['not_ready', ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']],
  ['not_ready', ['ERR_STREAM_DESTROYED', 'ERR_SOCKET_CLOSED', 'ERR_TLS_CERT_ALTNAME_INVALID']],
])('%s: %j', (code, given) => {
  for (const one of given) {
    const error = coded(one)
    expect(asOutage(error), one).toMatchObject({ code, cause: error })
  }
})

test.each([
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'timeout exceeded when trying to connect',
  'timeout expired',
])('PostgreSQL is away: %s', (message) => {
  expect(asOutage(new Error(message))).toMatchObject({ code: 'not_ready' })
})

describe('a mistake of ours is none', () => {
  const mistakes = [
    'SQLITE_CONSTRAINT_PRIMARYKEY',
    'SQLITE_READONLY',
    'ERR_CRYPTO_INVALID_IV',
    'SQLITE_ERROR',
    '23505',
    '42P01',
    '25P02',
    'ERR_INVALID_ARG_TYPE',
    'ERR_OUT_OF_RANGE',
  ]
  test.each([...mistakes.map(coded), new Error('a mistake'), new TypeError('x is undefined'), 'thrown'])(
    '%s',
    (error) => expect(asOutage(error)).toBe(error),
  )
})

test('without a connection there is an outage, whatever the reason', () => {
  expect(asNoConnection(coded('28P01'))).toMatchObject({ code: 'not_ready' })
  expect(asNoConnection(coded('53300'))).toMatchObject({ code: 'not_ready' })
})

describe('what a sender writes', () => {
  const outage = new Outage('database_busy', new Error())
  const failing = (...errors: Error[]) => {
    const transact = async () => {
      const error = errors.shift()
      if (error) throw error
      return 'written'
    }
    return { transact } as unknown as Database
  }
  const work = async () => 'written'

  test('is written once the database can be used again, so that nothing is sent twice', async () => {
    const db = patientFor(60_000, failing(outage), () => true)
    expect(await db.transact(work)).toBe('written')
  })

  test('is given up when the process stops, when its time is over, and at a mistake', async () => {
    const mistake = new Error('a mistake')
    await expect(patientFor(60_000, failing(outage), () => false).transact(work)).rejects.toBe(outage)
    await expect(patientFor(-1, failing(outage), () => true).transact(work)).rejects.toBe(outage)
    await expect(patientFor(60_000, failing(mistake), () => true).transact(work)).rejects.toBe(mistake)
  })
})
