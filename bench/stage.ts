// Sets up what a row runs on: one engine with empty databases on demand, and a stand-in for Slack.

import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { systemClock } from '../src/kit/clock.ts'
import { createLog } from '../src/kit/log.ts'
import { openDatabase } from '../src/store/open-database.ts'
import type { Started } from '../test/fakes/postgres-server.ts'
import { startSlack } from '../test/fakes/slack-server.ts'

export interface BenchDatabase {
  /** What DATABASE_URL takes. */
  url: string
  drop(): Promise<void>
}

export interface Stage {
  engine: 'sqlite' | 'postgres'
  /** Smoke run: small numbers, figures that mean nothing. */
  quick: boolean
  slackApiUrl: string
  /** An empty database, migrated. */
  database(): Promise<BenchDatabase>
  end(): Promise<void>
}

export async function setStage(engine: Stage['engine'], quick: boolean): Promise<Stage> {
  const slack = await startSlack(systemClock, () => 'http://127.0.0.1:9')
  const databases = engine === 'sqlite' ? sqliteFiles() : await postgresDatabases()
  return {
    engine,
    quick,
    slackApiUrl: slack.slack.apiUrl(),
    async database() {
      const database = await databases.create()
      const migrated = await openDatabase(database.url, { as: 'tool', log: createLog('silent') })
      await migrated.close()
      return database
    },
    async end() {
      await slack.close()
      await databases.end()
    },
  }
}

interface Databases {
  create(): Promise<BenchDatabase>
  end(): Promise<void>
}

function sqliteFiles(): Databases {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const end = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', end)
  let count = 0
  return {
    async create() {
      const own = join(folder, String(count++))
      return { url: join(own, 'bench.db'), drop: () => rm(own, { recursive: true, force: true }) }
    },
    async end() {
      process.off('exit', end)
      end()
    },
  }
}

/** The server of the tests, with fsync on as PostgreSQL has it by default; it ends when we disconnect. */
async function postgresDatabases(): Promise<Databases> {
  const server = fork(join(import.meta.dirname, '../test/fakes/postgres-server.ts'))
  const ended = once(server, 'exit')
  const [started] = (await once(server, 'message')) as [Started]
  if ('problem' in started) throw new Error(`PostgreSQL did not start:\n${started.problem}`)
  const admin = new pg.Client({ connectionString: started.adminUrl })
  await admin.connect()
  return {
    async create() {
      const name = `bench_${randomBytes(6).toString('hex')}`
      await admin.query(`create database ${name}`)
      const url = new URL(started.adminUrl)
      url.pathname = `/${name}`
      const drop = async () => void (await admin.query(`drop database ${name} with (force)`))
      return { url: url.href, drop }
    },
    async end() {
      await admin.end()
      server.disconnect()
      await ended
    },
  }
}
