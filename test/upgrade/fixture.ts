// Knows the databases that earlier versions filled: what each holds, and how it is brought into an empty database.

import { copyFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'

const FOLDER = join(import.meta.dirname, 'fixtures')
const ENGINES = { '.db': 'sqlite', '.sql': 'postgres' } as const

/** What was true of the database when it was filled, by the names that the filling program gave. */
export interface FixtureRecord {
  /** The clock's time at the end. */
  at: number
  /** The number of rows of each table. */
  rows: Record<string, number>
  /** Bearer strings. */
  keys: Record<KeyName, string>
  /** Ids. */
  destinations: Record<DestinationName, string>
  /** With which the webhook's requests are signed. */
  webhookSecret: string
  /** Ids. */
  approvals: Record<ApprovalName, string>
  /** Where the card of the approval `pending` stands in Slack. */
  pendingCard: { channel: string; ts: string }
  repeats: Repeat[]
  /** Ids. */
  alerts: Record<AlertName, string>
  /** What a GET of each path answered to the admin. */
  answers: Record<string, unknown>
}

/** What was posted with an Idempotency-Key, and the id in the answer. */
export interface Repeat {
  path: string
  key: KeyName
  idempotencyKey: string
  body: unknown
  id: string
}

export type DestinationName =
  | 'approvals'
  | 'security'
  | 'archive'
  | 'operations'
  | 'discord'
  | 'telegram'
  | 'onCall'
  | 'webhook'
  | 'siem'

export type KeyName =
  | 'agent'
  | 'boundAgent'
  | 'ana'
  | 'cleo'
  | 'admin'
  | 'auditor'
  | 'rotated'
  | 'beforeRotation'
  | 'revoked'
  | 'revokedReviewer'

export type ApprovalName =
  | 'approvedInSlack'
  | 'approvedByKey'
  | 'deniedByKey'
  | 'deniedInTeams'
  | 'withdrawn'
  | 'expired'
  | 'unreached'
  | 'pending'
  | 'undelivered'
  | 'testCard'

type AlertName = 'acknowledgedInSlack' | 'acknowledgedByKey' | 'deadInTelegram' | 'open'

export interface Fixture {
  engine: 'sqlite' | 'postgres'
  /** The last migration that it has seen. */
  version: string
  record: FixtureRecord
  /** Brings the database, as it was left, to where DATABASE_URL leads: a new file, or an empty database. */
  load(databaseUrl: string): Promise<void>
}

/** The file of a fixture; its record stands beside it as `.json`, and the key of a SQLite file as `.key`. */
export function fixtureFile(version: string, engine: Fixture['engine']): string {
  return join(FOLDER, version + (engine === 'sqlite' ? '.db' : '.sql'))
}

/** All that there are, the oldest first. */
export async function readFixtures(): Promise<Fixture[]> {
  const files = (await readdir(FOLDER)).filter((name) => /\.(db|sql)$/.test(name)).sort()
  return Promise.all(files.map(readFixture))
}

async function readFixture(name: string): Promise<Fixture> {
  const file = join(FOLDER, name)
  const [, version = '', ending] = /^(.*)(\.db|\.sql)$/.exec(name) ?? []
  const engine = ENGINES[ending as keyof typeof ENGINES]
  return {
    engine,
    version,
    record: JSON.parse(await readFile(`${file}.json`, 'utf8')),
    async load(databaseUrl) {
      if (engine === 'postgres') return runScript(databaseUrl, await readFile(file, 'utf8'))
      await copyFile(file, databaseUrl)
      await copyFile(`${file}.key`, `${databaseUrl}.key`)
    },
  }
}

/** Runs all of it in one transaction. */
export async function runScript(databaseUrl: string, script: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(script)
  } finally {
    await client.end()
  }
}
