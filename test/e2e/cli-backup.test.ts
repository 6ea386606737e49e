// Shows that a backup made beside a running server has all that was answered, and what a restore makes of it.

import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteHandle from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { backUp } from '../../src/cli/backup.ts'
import { type RestoreOptions, restore } from '../../src/cli/restore.ts'
import { StartError } from '../../src/kit/start-error.ts'
import { CHANNEL, eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { select } from '../fakes/peek.ts'
import { takePostgres } from '../fakes/postgres-databases.ts'

const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
const KEY = Buffer.alloc(32, 7).toString('base64')
const PASSPHRASE = 'correct horse battery'

let folder: string
let running: Running
let agentKey: string
let asked: ApprovalView[]
let approved: ApprovalView
let said: string[]
const at = (name: string) => join(folder, name)
const withKey = () => at('with-key.backup')
const withoutKey = () => at('without-key.backup')
const setUp = (env: Record<string, string>) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
}
/** As somebody at another machine would. */
const restored = async (file: string, options: RestoreOptions, env: Record<string, string> = {}) => {
  const home = await mkdtemp(join(folder, 'home-'))
  const databaseUrl = join(home, 'data', 'countersign.db')
  setUp({ DATABASE_URL: databaseUrl, COUNTERSIGN_SECRET_KEY: '', ...env })
  return { databaseUrl, home, done: restore(file, options) }
}
const without = (path: string) => readdirSync(path).filter((name) => !name.endsWith('.lock'))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-backup-'))
  running = await startCountersign({ databaseUrl: at('live.db') })
  await running.destination()
  agentKey = await running.key({ roles: ['agent'] })
  asked = [(await running.ask({}, { key: agentKey })).body]
  const person = { name: 'Ana', email: 'ana@example.com' }
  const reviewer = await running.key({ roles: ['reviewer'], person })
  approved = (await running.ask({}, { key: agentKey })).body
  const press = { key: reviewer, body: { decision: 'approve' } }
  await running.call('POST', `/v1/approvals/${approved.id}/decision`, press)
  await eventually(() => running.slack.messages(CHANNEL).length === 2)
  setUp({
    DATABASE_URL: at('live.db'),
    COUNTERSIGN_SECRET_KEY: KEY,
    COUNTERSIGN_BACKUP_PASSPHRASE: PASSPHRASE,
  })
  vi.spyOn(console, 'log').mockImplementation(() => {})
  const copying = backUp(withKey(), { withKey: true })
  // Written meanwhile, by the server: the copy is of one moment all the same.
  await Promise.all(Array.from({ length: 20 }, () => running.ask({}, { key: agentKey })))
  await copying
  await backUp(withoutKey(), {})
})
beforeEach(() => {
  said = []
  vi.spyOn(console, 'log').mockImplementation((line) => void said.push(line))
  setUp({
    DATABASE_URL: at('live.db'),
    COUNTERSIGN_SECRET_KEY: KEY,
    COUNTERSIGN_BACKUP_PASSPHRASE: PASSPHRASE,
  })
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})
afterAll(async () => {
  await running?.stop()
  await rm(folder, { recursive: true })
})

describe('a backup', () => {
  test('is one file that its owner alone reads, with all that was answered before it', async () => {
    const [{ count }] = (await select(withoutKey(), 'select count(*) as count from approvals')) as [
      { count: number },
    ]
    expect(count).toBe(22)
    expect(await select(withKey(), `select id from approvals where id = '${asked[0]?.id}'`)).toHaveLength(1)
    for (const file of [withKey(), withoutKey()]) expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).filter((name) => /part|backup-/.test(name))).toEqual([])
  })

  test('replaces an earlier one, and says what is not in it', async () => {
    await copyFile(withoutKey(), at('again.backup'))
    chmodSync(at('again.backup'), 0o644)
    await backUp(at('again.backup'), {})
    expect(statSync(at('again.backup')).mode & 0o777).toBe(0o600)
    expect(said).toEqual([
      `Backed up ${at('live.db')} to ${at('again.backup')}.`,
      'The secret key is not in it: keep COUNTERSIGN_SECRET_KEY in another place.',
    ])
  })

  test.each([
    ['live.db', {}, 'belongs to the database itself'],
    ['live.db-wal', {}, 'belongs to the database itself'],
    ['x.backup', { DATABASE_URL: 'postgres://localhost/x' }, 'On PostgreSQL use pg_dump'],
    ['x.backup', { DATABASE_URL: 'nowhere.db' }, 'nowhere.db is not there; nothing was backed up'],
    ['no/folder/x.backup', {}, 'is not there'],
    [
      'x.backup',
      { COUNTERSIGN_SECRET_KEY: Buffer.alloc(32).toString('base64') },
      'is not the key of the database',
    ],
    ['x.backup', { COUNTERSIGN_BACKUP_PASSPHRASE: '' }, 'must be set where there is no terminal to ask at'],
    ['x.backup', { COUNTERSIGN_BACKUP_PASSPHRASE: 'short' }, 'must have at least 12 characters'],
  ] as [string, Record<string, string>, string][])(
    'to %s with %j is refused',
    async (name, env, sentence) => {
      setUp(env)
      await expect(backUp(at(name), { withKey: true })).rejects.toThrow(sentence)
      expect(existsSync(at('x.backup'))).toBe(false)
      expect(readdirSync(folder).filter((file) => file.includes('part'))).toEqual([])
    },
  )

  test('never replaces what belongs to the database, also where DATABASE_URL is a link to it', async () => {
    symlinkSync(at('live.db'), at('link.db'))
    setUp({ DATABASE_URL: at('link.db') })
    for (const name of ['live.db', 'live.db-wal', 'live.db-shm', 'link.db.key']) {
      await expect(backUp(at(name), {}), name).rejects.toThrow('belongs to the database itself')
    }
  })

  test('that cannot be written is refused in a sentence', async () => {
    mkdirSync(at('folder'))
    writeFileSync(at('file'), '')
    const within = join(at('file'), 'x.backup')
    await expect(backUp(at('folder'), {})).rejects.toThrow(`${at('folder')} cannot be written (EISDIR)`)
    await expect(backUp(within, {})).rejects.toThrow(`${within} cannot be written (ENOTDIR)`)
    vi.spyOn(SqliteHandle.prototype, 'backup').mockRejectedValue(full)
    await expect(backUp(at('x.backup'), {})).rejects.toThrow(
      new StartError(`${at('x.backup')} cannot be written (SQLITE_FULL)`),
    )
    const busy = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })
    vi.spyOn(SqliteHandle.prototype, 'backup').mockRejectedValue(busy)
    await expect(backUp(at('x.backup'), {})).rejects.toThrow('Another process has locked the database')
    expect(readdirSync(folder).filter((name) => name.includes('part'))).toEqual([])
  })
})

describe('a restore', () => {
  test('brings back all, expires what was pending, and keeps the API keys where it shall', async () => {
    const { databaseUrl, home, done } = await restored(withKey(), { keepApiKeys: true })
    await done
    expect(statSync(join(home, 'data')).mode & 0o777).toBe(0o700)
    for (const ending of ['', '.key']) expect(statSync(databaseUrl + ending).mode & 0o777).toBe(0o600)
    expect(without(join(home, 'data')).sort()).toEqual(['countersign.db', 'countersign.db.key'])

    const again = await startCountersign({ databaseUrl, env: { COUNTERSIGN_SECRET_KEY: '' } })
    const { body } = await again.call<ApprovalView>('GET', `/v1/approvals/${asked[0]?.id}`, { key: agentKey })
    expect(body).toMatchObject({
      status: 'expired',
      review_notes: 'Expired: it was pending in a backup that was restored',
      decisions: [],
    })
    const redeemed = await again.call('POST', `/v1/approvals/${approved.id}/redeem`, {
      key: agentKey,
      body: { action: approved.action },
    })
    expect(redeemed).toMatchObject({
      status: 409,
      body: { code: 'grant_revoked', detail: 'It could still run in a backup that was restored' },
    })
    expect(said).toContain('Approved actions that may not run any more: 1.')
    await again.stop()
    const audit = await select(databaseUrl, `select action, canonical from audit order by id`)
    expect(audit.filter(({ action }) => action === 'approval.expired').length).toBeGreaterThan(0)
    expect(
      JSON.parse(String(audit.findLast(({ action }) => action === 'database.restored')?.canonical)),
    ).toMatchObject({
      facts: { by: 'command line', api_keys: 'kept' },
    })
    expect(await select(databaseUrl, `select key from platform_state where key = 'kept_key'`)).toEqual([])
  })

  test('revokes the API keys where it shall, and says how an admin gets in', async () => {
    const { databaseUrl, done } = await restored(
      withoutKey(),
      { revokeApiKeys: true },
      { COUNTERSIGN_SECRET_KEY: KEY },
    )
    await done
    expect(await select(databaseUrl, 'select id from api_keys where revoked_at is null')).toEqual([])
    expect(await select(databaseUrl, `select id from approvals where status = 'pending'`)).toEqual([])
    expect(said[0]).toMatch(
      /^Pending approvals that are expired now: 21\. API keys that are revoked now: [1-9]\.$/,
    )
    expect(said).toContain('Make an admin key: countersign keys create --name admin --role admin')
  })

  test('in place does the same where the file was copied, or pg_restore made the database', async () => {
    await copyFile(withKey(), at('copied.db'))
    setUp({ DATABASE_URL: at('copied.db'), COUNTERSIGN_SECRET_KEY: '' })
    await restore(undefined, { inPlace: true, keepApiKeys: true })
    expect(said.at(-1)).toBe('The restored database can be used.')
    expect(existsSync(at('copied.db.key'))).toBe(true)
    expect(await select(at('copied.db'), `select id from approvals where status = 'pending'`)).toEqual([])
    const postgres = await takePostgres()
    setUp({ DATABASE_URL: postgres.url, COUNTERSIGN_SECRET_KEY: KEY })
    await restore(undefined, { inPlace: true })
    expect(await select(postgres.url, 'select action from audit')).toEqual([{ action: 'database.restored' }])
    await postgres.drop()
    await expect(restore(undefined, {})).rejects.toThrow('Name the file of the backup, or say --in-place')
    await expect(restore(withKey(), { inPlace: true })).rejects.toThrow('Name the file of the backup')
  })

  test('in place makes no database of a file that is none of ours', async () => {
    writeFileSync(at('empty.db'), '')
    setUp({ DATABASE_URL: at('empty.db') })
    const done = restore(undefined, { inPlace: true, keepApiKeys: true })
    await expect(done).rejects.toThrow(`${at('empty.db')} is no database of Countersign`)
    expect(statSync(at('empty.db')).size).toBe(0)
  })

  test('overwrites nothing', async () => {
    setUp({ DATABASE_URL: at('live.db') })
    await expect(restore(withKey(), { keepApiKeys: true })).rejects.toThrow(
      `${at('live.db')} is there, and a restore overwrites nothing: move it away first`,
    )
  })

  test('overwrites no link that leads nowhere, and not the backup itself, and says where it cannot write', async () => {
    const home = await mkdtemp(join(folder, 'links-'))
    const path = join(home, 'x.db')
    setUp({ DATABASE_URL: path, COUNTERSIGN_SECRET_KEY: '' })
    copyFileSync(withKey(), `${path}.restoring`)
    await expect(restore(`${path}.restoring`, { keepApiKeys: true })).rejects.toThrow('another name')
    expect(readFileSync(`${path}.restoring`)).toEqual(readFileSync(withKey()))

    symlinkSync(join(home, 'nowhere'), path)
    await expect(restore(withKey(), { keepApiKeys: true })).rejects.toThrow(`${path} is there`)
    expect(readdirSync(home).sort()).toEqual(['x.db', 'x.db.restoring'])

    const within = join(`${path}.restoring`, 'x.db')
    setUp({ DATABASE_URL: within })
    await expect(restore(withKey(), { keepApiKeys: true })).rejects.toThrow(`${within} cannot be written (`)
  })

  test.each<[string, () => string, RestoreOptions, Record<string, string>, string]>([
    ['no answer about the API keys', withKey, {}, {}, '--keep-api-keys, or --revoke-api-keys'],
    ['both answers', withKey, { keepApiKeys: true, revokeApiKeys: true }, {}, 'exclude each other'],
    [
      'another passphrase',
      withKey,
      {},
      { COUNTERSIGN_BACKUP_PASSPHRASE: 'another passphrase' },
      'not the passphrase',
    ],
    ['no passphrase', withKey, {}, { COUNTERSIGN_BACKUP_PASSPHRASE: '' }, 'no terminal to ask at'],
    [
      'another key',
      withKey,
      {},
      { COUNTERSIGN_SECRET_KEY: Buffer.alloc(32).toString('base64') },
      'is not the key',
    ],
    ['no key', withoutKey, {}, {}, 'The secret key is not in this backup: put it back at'],
    ['PostgreSQL', withKey, {}, { DATABASE_URL: 'postgres://localhost/x' }, 'On PostgreSQL use pg_dump'],
    ['no file', () => at('nothing'), {}, {}, 'is not there'],
    [
      'no database',
      () => damaged('text', () => writeFileSync(at('text'), 'x'.repeat(5_000))),
      {},
      {},
      'is no SQLite database',
    ],
    [
      'a stranger’s database',
      () => damaged('stranger', () => new SqliteHandle(at('stranger')).exec('create table t (x)').close()),
      {},
      {},
      'is no database of Countersign',
    ],
    [
      'damaged pages',
      () => damaged('pages', () => writeFileSync(at('pages'), withDamage(readFileSync(withKey())))),
      {},
      {},
      'is damaged',
    ],
    [
      'a newer version',
      () => changed('newer', `insert into kysely_migration values ('0999-later', '2099')`),
      {},
      {},
      'has the migration 0999-later',
    ],
    [
      'a missing row',
      () => changed('orphan', `pragma foreign_keys = off; delete from approvals`),
      {},
      {},
      'rows that are missing',
    ],
  ])('with %s is refused, and leaves nothing', async (_what, file, options, env, sentence) => {
    const { home, done } = await restored(file(), options, env)
    await expect(done).rejects.toThrow(sentence)
    expect(existsSync(join(home, 'data')) ? without(join(home, 'data')) : []).toEqual([])
  })

  function damaged(name: string, make: () => unknown): string {
    make()
    return at(name)
  }

  function withDamage(bytes: Buffer): Buffer {
    return bytes.fill(0x55, bytes.length / 2)
  }

  function changed(name: string, statement: string): string {
    const source = new SqliteHandle(withKey(), { readonly: true })
    source.exec(`vacuum into '${at(name)}'`)
    source.close()
    return damaged(name, () => new SqliteHandle(at(name)).exec(statement).close())
  }
})
