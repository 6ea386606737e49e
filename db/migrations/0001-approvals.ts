// The first tables: approvals, who decides, who hears, and the audit trail.

import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  /** Small rows stand in their primary key's own tree on SQLite: one tree less to write and to look up. */
  const small = <Table extends string, Column extends string>(table: CreateTableBuilder<Table, Column>) =>
    onSqlite ? table.modifyEnd(sql`without rowid`) : table

  await db.schema
    .createTable('persons')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('email', 'text')
    .addColumn('roles', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .$call(small)
    .execute()
  await db.schema.createIndex('persons_email').unique().on('persons').column('email').execute()

  await db.schema
    .createTable('accounts')
    .addColumn('platform', 'text', (c) => c.notNull())
    .addColumn('tenant', 'text', (c) => c.notNull())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('person_id', 'text', (c) => c.notNull().references('persons.id'))
    .addPrimaryKeyConstraint('accounts_pk', ['platform', 'tenant', 'user_id'])
    .$call(small)
    .execute()

  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('key_hash', 'text', (c) => c.notNull().unique())
    .addColumn('roles', 'text', (c) => c.notNull())
    .addColumn('agent_id', 'text')
    .addColumn('person_id', 'text', (c) => c.references('persons.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('revoked_at', 'bigint')
    .$call(small)
    .execute()

  await db.schema
    .createTable('approvals')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('owner_key_id', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('agent_id', 'text', (c) => c.notNull())
    .addColumn('agent_name', 'text', (c) => c.notNull())
    .addColumn('tool', 'text', (c) => c.notNull())
    .addColumn('summary', 'text', (c) => c.notNull())
    .addColumn('arguments', 'text', (c) => c.notNull())
    .addColumn('environment', 'text')
    .addColumn('reasons', 'text', (c) => c.notNull())
    .addColumn('risk_level', 'text', (c) => c.notNull())
    .addColumn('risk_score', 'double precision')
    .addColumn('requested_by', 'text', (c) => c.notNull())
    .addColumn('metadata', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('closed_at', 'bigint')
    .addColumn('review_notes', 'text')
    .addColumn('is_test', 'integer', (c) => c.notNull())
    .execute()
  await sql`create unique index approvals_pending_twin on approvals (owner_key_id, digest, requested_by)
    where status = 'pending'`.execute(db)
  // Each begins with what its queries compare: SQLite, which has no statistics, would take another one otherwise.
  await sql`create index approvals_pending_expiry on approvals (status, expires_at, id)
    where status = 'pending'`.execute(db)
  await sql`create index approvals_pending_age on approvals (status, is_test, created_at)
    where status = 'pending'`.execute(db)
  // Counted at every scrape and `/governance status`: from the index alone, however many wait.
  await sql`create index approvals_pending_risk on approvals (is_test, risk_level)
    where status = 'pending'`.execute(db)
  await db.schema
    .createIndex('approvals_closed')
    .on('approvals')
    .columns(['status', 'is_test', 'closed_at', 'created_at'])
    .execute()
  // Lists go from the newest to the oldest: the id sorts by time.
  for (const column of ['status', 'owner_key_id', 'agent_id', 'tool', 'risk_level']) {
    await db.schema.createIndex(`approvals_by_${column}`).on('approvals').columns([column, 'id']).execute()
  }

  await db.schema
    .createTable('decisions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('approval_id', 'text', (c) => c.notNull().references('approvals.id'))
    .addColumn('verdict', 'text', (c) => c.notNull())
    .addColumn('person_id', 'text', (c) => c.notNull().references('persons.id'))
    .addColumn('reviewer_name', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('note', 'text')
    .addColumn('interaction', 'text', (c) => c.notNull().unique())
    .addColumn('destination_id', 'text')
    .addColumn('handle', 'text')
    .addColumn('decided_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('decisions_one_vote', ['approval_id', 'person_id'])
    .$call(small)
    .execute()

  await db.schema
    .createTable('idempotency_keys')
    .addColumn('api_key_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('request_hash', 'text', (c) => c.notNull())
    .addColumn('approval_id', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_pk', ['api_key_id', 'key'])
    .$call(small)
    .execute()
  await db.schema.createIndex('idempotency_keys_age').on('idempotency_keys').column('created_at').execute()

  await db.schema
    .createTable('destinations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('channel_type', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('config', 'text', (c) => c.notNull())
    .addColumn('sealed_secrets', 'text', (c) => c.notNull())
    .addColumn('events', 'text')
    .addColumn('min_severity', 'text', (c) => c.notNull())
    .addColumn('enabled', 'integer', (c) => c.notNull())
    .addColumn('disabled_reason', 'text')
    .addColumn('deleted_at', 'bigint')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addColumn('lease_id', 'text')
    .addColumn('lease_until', 'bigint', (c) => c.notNull())
    .addColumn('cool_until', 'bigint', (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('events')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('approval_id', 'text', (c) => c.references('approvals.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .$call(small)
    .execute()
  await db.schema.createIndex('events_approval').on('events').column('approval_id').execute()

  await db.schema
    .createTable('deliveries')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('destination_id', 'text', (c) => c.notNull().references('destinations.id'))
    .addColumn('event_id', 'text', (c) => c.notNull().references('events.id'))
    .addColumn('approval_id', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('next_attempt_at', 'bigint', (c) => c.notNull())
    .addColumn('last_error', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('finished_at', 'bigint')
    .addUniqueConstraint('deliveries_once', ['destination_id', 'event_id'])
    .$call(small)
    .execute()
  await sql`create index deliveries_due on deliveries (destination_id, next_attempt_at)
    where state = 'pending'`.execute(db)
  await sql`create index deliveries_dead on deliveries (finished_at) where state = 'dead'`.execute(db)
  await db.schema
    .createIndex('deliveries_approval')
    .on('deliveries')
    .columns(['approval_id', 'destination_id'])
    .execute()

  await db.schema
    .createTable('posted_cards')
    .addColumn('destination_id', 'text', (c) => c.notNull().references('destinations.id'))
    .addColumn('handle', 'text', (c) => c.notNull())
    .addColumn('approval_id', 'text', (c) => c.notNull().references('approvals.id'))
    .addColumn('posted_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('posted_cards_pk', ['destination_id', 'handle'])
    .$call(small)
    .execute()
  await db.schema.createIndex('posted_cards_approval').on('posted_cards').column('approval_id').execute()

  await db.schema
    .createTable('platform_state')
    .addColumn('platform', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('platform_state_pk', ['platform', 'key'])
    .$call(small)
    .execute()

  await db.schema
    .createTable('audit')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('canonical', 'text', (c) => c.notNull())
    .addColumn('leaf', 'text', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('audit_subject').on('audit').column('subject').execute()

  await db.schema
    .createTable('audit_personal')
    .addColumn('audit_id', 'text', (c) => c.primaryKey().references('audit.id'))
    .addColumn('salt', 'text', (c) => c.notNull())
    .addColumn('clear_text', 'text', (c) => c.notNull())
    .$call(small)
    .execute()
}
