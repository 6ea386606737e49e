// On which databases must it hold? Both: a test loops over this list and gets an empty database from each.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { inject } from 'vitest'

interface TestDatabase {
  /** What DATABASE_URL would hold: a file's path, or `postgres://…`. */
  url: string
  /** Removes it with everything in it, whoever is still connected. */
  drop(): Promise<void>
}

export const databases: { name: 'sqlite' | 'postgres'; create(): Promise<TestDatabase> }[] = [
  { name: 'sqlite', create: createSqlite },
  { name: 'postgres', create: createPostgres },
]

async function createSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-sqlite-'))
  return {
    url: join(folder, 'test.db'),
    drop: () => rm(folder, { recursive: true, force: true }),
  }
}

async function createPostgres(): Promise<TestDatabase> {
  const name = `cs_${randomBytes(8).toString('hex')}`
  await asAdmin(`create database ${name}`)
  const url = new URL(inject('postgresAdminUrl'))
  url.pathname = `/${name}`
  return { url: url.href, drop: () => asAdmin(`drop database if exists ${name} with (force)`) }
}

async function asAdmin(sql: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgresAdminUrl') })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
