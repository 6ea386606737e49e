// Puts a policy of fifty rules in force, the last of which asks two groups, and people into these.

import { newPerson } from '../src/identity/persons.ts'
import { newId } from '../src/kit/ids.ts'
import type { Database } from '../src/store/database.ts'
import { insertGroup, insertMember } from '../src/store/groups.ts'
import { insertAccount, insertPerson } from '../src/store/persons.ts'
import { insertPolicy } from '../src/store/policies.ts'
import { REVIEWER, TEAM } from './slack-press.ts'

export const SECOND_REVIEWER = { userId: 'U0BENOKAFOR', emails: ['ben@example.com'] }

const OTHERS = Array.from(
  { length: 49 },
  (_, i) => `
  - name: other ${i}
    match: { tools: ["crm.other${i}.*", "mail.send${i}"], environments: [production], where: { amount: { above: ${i} } } }
    ask: { requirements: [{ group: payments, approvals: 2 }] }`,
)
const POLICY = `rules:${OTHERS.join('')}
  - name: refunds
    match: { tools: ["stripe.*"], where: { order: { above: -1 } } }
    ask: { requirements: [{ group: payments, approvals: 1 }, { group: security, approvals: 1 }] }
`

export async function askTwoGroups(db: Database): Promise<void> {
  const now = Date.now()
  const nothing = {
    destination_id: null,
    external_id: null,
    asked_at: null,
    answered_at: null,
    ask_error: null,
  }
  await db.transact(async (trx) => {
    for (const [name, user_id, emails] of [
      ['payments', REVIEWER, ['ana@example.com']],
      ['security', SECOND_REVIEWER.userId, SECOND_REVIEWER.emails],
    ] as const) {
      const person = newPerson(name, {}, now)
      const account = { platform: 'slack', tenant: TEAM, user_id, person_id: person.id }
      const group = { id: newId('grp'), name, kind: 'people', ...nothing, created_at: now }
      await insertPerson(trx, person)
      await insertAccount(trx, { ...account, emails: JSON.stringify(emails), email_confirmed: 0 })
      await insertGroup(trx, group)
      const member = { group_id: group.id, person_id: person.id, until: null }
      await insertMember(trx, { ...member, added_by: 'bench', added_at: now })
    }
    const version = { version: 1, media_type: 'application/yaml', created_by: 'bench', created_at: now }
    await insertPolicy(trx, { ...version, text: POLICY })
  })
}
