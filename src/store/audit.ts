// Stores the audit trail's rows, and beside them what may be erased.

import type { AuditPersonalRow, AuditRow } from '../../db/schema.ts'
import { columns, compileOnce } from './compile-once.ts'
import type { Executor } from './database.ts'
import { together } from './together.ts'

export async function insertAudit(trx: Executor, row: AuditRow, personal: AuditPersonalRow): Promise<void> {
  await together(
    trx,
    () => addAudit(trx, row),
    () => addPersonal(trx, personal),
  )
}

const addAudit = compileOnce((trx, row: AuditRow) =>
  trx.insertInto('audit').values(columns(row, 'id', 'at', 'action', 'subject', 'canonical', 'leaf')),
)

const addPersonal = compileOnce((trx, row: AuditPersonalRow) =>
  trx.insertInto('audit_personal').values(columns(row, 'audit_id', 'salt', 'clear_text')),
)
