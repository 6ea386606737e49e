// An Idempotency-Key names a request of any operation, and a request without one is known by all that it says.

import { type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter

  // SQLite cannot change a primary key: the rows move.
  await db.schema
    .createTable('keys_of_operations')
    .addColumn('api_key_id', 'text', (c) => c.notNull())
    .addColumn('operation', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('request_hash', 'text', (c) => c.notNull())
    .addColumn('subject_id', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('keys_of_operations_pk', ['api_key_id', 'operation', 'key'])
    .$call((table) => (onSqlite ? table.modifyEnd(sql`without rowid`) : table))
    .execute()
  await sql`insert into keys_of_operations (api_key_id, operation, key, request_hash, subject_id, created_at)
    select api_key_id, 'requestApproval', key, request_hash, approval_id, created_at
    from idempotency_keys`.execute(db)
  await db.schema.dropTable('idempotency_keys').execute()
  await db.schema.alterTable('keys_of_operations').renameTo('idempotency_keys').execute()
  await db.schema.createIndex('idempotency_keys_age').on('idempotency_keys').column('created_at').execute()

  await db.schema.alterTable('approvals').addColumn('twin', 'text').execute()
  await db.schema.dropIndex('approvals_pending_twin').execute()
  // Most requests come with a key, and are not in it.
  await sql`create unique index approvals_pending_twin on approvals (twin)
    where status = 'pending' and twin is not null`.execute(db)
}
