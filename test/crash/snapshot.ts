// Reads what is on record at one instant: all tables that matter, in one transaction beside the servers.

import SqliteHandle from 'better-sqlite3'
import pg from 'pg'
import type {
  ApprovalRow,
  AuditRow,
  DecisionRow,
  DeliveryRow,
  EventRow,
  IdempotencyKeyRow,
  PostedCardRow,
  RedemptionRow,
} from '../../db/schema.ts'

export interface Snapshot {
  approvals: ApprovalRow[]
  decisions: DecisionRow[]
  redemptions: RedemptionRow[]
  /** Of votes by the API. */
  keys: IdempotencyKeyRow[]
  /** Of approvals only. */
  audit: AuditRow[]
  events: EventRow[]
  deliveries: DeliveryRow[]
  cards: PostedCardRow[]
  leases: { id: string; lease_until: number }[]
}

const QUERIES: Record<keyof Snapshot, string> = {
  approvals: 'select * from approvals order by id',
  decisions: 'select * from decisions order by id',
  redemptions: 'select * from redemptions order by id',
  keys: `select * from idempotency_keys where operation = 'decideApproval'`,
  audit: `select * from audit where action like 'approval.%' order by id`,
  events: 'select * from events order by id',
  deliveries: 'select * from deliveries order by id',
  cards: 'select * from posted_cards',
  leases: 'select id, lease_until from destinations where lease_id is not null',
}

const BIGINT_OID = 20
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === BIGINT_OID ? Number : (pg.types.getTypeParser(oid, format as 'text') as never),
}

export async function takeSnapshot(databaseUrl: string): Promise<Snapshot> {
  const names = Object.keys(QUERIES) as (keyof Snapshot)[]
  if (!databaseUrl.startsWith('postgres://')) {
    const handle = new SqliteHandle(databaseUrl, { readonly: true, timeout: 5_000 })
    try {
      const read = handle.transaction(() => names.map((name) => [name, handle.prepare(QUERIES[name]).all()]))
      return Object.fromEntries(read())
    } finally {
      handle.close()
    }
  }
  const client = new pg.Client({ connectionString: databaseUrl, types })
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const tables: [string, unknown[]][] = []
    for (const name of names) tables.push([name, (await client.query(QUERIES[name])).rows])
    return Object.fromEntries(tables) as unknown as Snapshot
  } finally {
    await client.end()
  }
}
