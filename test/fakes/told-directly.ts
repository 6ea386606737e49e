// Opens a post room with people in groups and a policy, and shows who alone was told of what.

import type { GroupRow } from '../../db/schema.ts'
import { newPerson } from '../../src/identity/persons.ts'
import { insertAccount, insertPerson } from '../../src/store/persons.ts'
import type { databases } from './databases.ts'
import { member, type Office, press } from './office.ts'
import { openPostRoom, type PostRoom } from './post-room.ts'
import { setGroup, setPolicy } from './rules-in-force.ts'

export interface DirectRoom extends PostRoom {
  /** Where the cards stand. */
  place: string
  /** Known by `ana@example.com`, and by these accounts; resolves with the id. */
  person(name: string, accounts?: { platform: string; user_id: string }[]): Promise<string>
  group(name: string, personIds: string[], wanted?: Partial<GroupRow>): Promise<string>
  /** Of whatever is asked for; `effect`: what the only rule does. */
  policy(asks: string, effect?: 'ask' | 'allow'): Promise<void>
  /** As the account of this user, of whom the platform says an address. */
  vote(asked: { id: string }, userId: string, verdict?: 'approve' | 'deny', note?: string): Promise<string>
  /** Of each delivery to one person: the event, how it stands, and whom it is for. */
  direct(asked: { id: string }): Promise<{ type: string; state: string; to: string; at: string }[]>
  /** Whom the platform told of it, as `reviewer U1`, in that order. */
  heard(asked: { id: string }): string[]
}

const addressOf = (name: string) => `${name.toLowerCase()}@example.com`

export async function openDirectRoom(
  create: (typeof databases)[number]['create'],
  kind: Parameters<typeof openPostRoom>[1] = {},
): Promise<DirectRoom> {
  const room = await openPostRoom(create, kind)
  const { db, desk } = room.office
  const place = await room.office.destination()
  const addresses = new Map<string, string>()

  return {
    ...room,
    place,
    async person(name, accounts = []) {
      const row = newPerson(name, { email: addressOf(name) }, room.clock.now())
      await db.transact(async (trx) => {
        await insertPerson(trx, row)
        for (const account of accounts) {
          addresses.set(account.user_id, addressOf(name))
          const known = { tenant: 'T1', person_id: row.id, emails: null, email_confirmed: null }
          await insertAccount(trx, { ...known, ...account })
        }
      })
      return row.id
    },
    group: (name, personIds, wanted) => setGroup(db, name, personIds, wanted),
    policy: (asks, effect = 'ask') => setPolicy(db, `rules: [{ name: all, match: {}, ${effect}: ${asks} }]`),
    async vote(asked, userId, verdict = 'approve', note) {
      const by = member(userId, { emails: [addresses.get(userId) ?? addressOf(userId)] })
      const wanted = { by, ...(note !== undefined && { note }) }
      const outcome = await desk.decide(press(asked, place, userId, verdict, wanted))
      return outcome.ok ? outcome.value.status : outcome.refusal.code
    },
    direct: (asked) => directOf(room.office, asked.id),
    heard: (asked) =>
      room.platform.sent
        .filter(({ what, about }) => what === 'tell' && about === asked.id)
        .map(({ status, handle }) => `${status} ${handle}`),
  }
}

async function directOf({ db }: Office, approvalId: string) {
  const rows = await db.read
    .selectFrom('deliveries as d')
    .innerJoin('events as e', 'e.id', 'd.event_id')
    .select(['e.type', 'd.state', 'd.recipient', 'd.destination_id as at'])
    .where('e.approval_id', '=', approvalId)
    .where('d.recipient', 'is not', null)
    .orderBy('d.id')
    .execute()
  return rows.map(({ recipient, ...row }) => {
    const { next: _, ...to } = JSON.parse(String(recipient))
    return { ...row, to: JSON.stringify(Object.values(to)[0]) }
  })
}
