// Gives an approval that waits what a policy would have asked of its reviewers.

import SqliteHandle from 'better-sqlite3'
import { type Review, type Ruling, USUAL_GROUP } from '../../src/approvals/ruling.ts'
import { clientOf } from './postgres-client.ts'

const USUAL: Review = {
  requirements: [{ group: USUAL_GROUP, approvals: 1 }],
  noteRequired: [],
  detailsMustBeOpened: false,
  escalateTo: null,
  destinations: null,
  tell: [],
}

export async function ruled(databaseUrl: string, approvalId: string, review: Partial<Review>): Promise<void> {
  const ruling: Ruling = {
    ...{ version: 1, rule: 'large refunds', answered: false, because: [] },
    review: { ...USUAL, ...review },
  }
  const sql = `update approvals set ruling = '${JSON.stringify(ruling)}' where id = '${approvalId}'`
  if (databaseUrl.startsWith('postgres://')) {
    await clientOf(databaseUrl).query(sql)
    return
  }
  const handle = new SqliteHandle(databaseUrl)
  try {
    handle.prepare(sql).run()
  } finally {
    handle.close()
  }
}
