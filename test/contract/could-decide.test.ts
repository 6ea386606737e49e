// Shows that the whole of an approval is for those in chat whose press on its card there would count, whoever asks.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestApproval } from '../../src/approvals/desk.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { accountPrincipal, type Principal } from '../../src/identity/principal.ts'
import { newId } from '../../src/kit/ids.ts'
import { databases, type TestDatabase } from '../fakes/databases.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { member, type Office, openOffice, press, recordOf } from '../fakes/office.ts'
import { setGroup, setPolicy } from '../fakes/rules-in-force.ts'

const known = (userId: string) => member(userId, { emails: [`${userId.toLowerCase()}@example.com`] })
const outsider = (standing: 'guest' | 'external' | 'unknown') =>
  accountPrincipal({ platform: 'scripted', tenant: 'T1', userId: 'U9', name: 'U9' }, standing)

describe.each(databases)('on $name', ({ create }) => {
  const clock = manualClock()
  let database: TestDatabase
  let office: Office
  const places = { here: '', there: '' }

  beforeAll(async () => {
    database = await create()
    office = await openOffice(database.url, clock)
    places.here = await office.destination({ name: 'here' })
    places.there = await office.destination({ name: 'there' })
    // U1 is known from an earlier press.
    const earlier = await office.ask()
    await office.desk.decide(press(earlier, places.here, 'U1', 'deny', { by: known('U1') }))
    const { decisions } = await recordOf(office.db, earlier.id)
    await setGroup(office.db, 'payments', [decisions[0]?.person_id as string])
    await setGroup(office.db, 'locals', [], { kind: 'destination', destination_id: places.here })
    const by = (group: string) => ({ ask: { requirements: [{ group, approvals: 1 }] } })
    await setPolicy(office.db, {
      rules: ['payments', 'locals'].map((group) => ({
        name: group,
        match: { tools: [group] },
        ...by(group),
      })),
    })
  })
  afterAll(async () => {
    await office.close()
    await database.drop()
  })

  const of = (tool: string): Partial<RequestApproval> => ({ action: { tool, summary: tool } })
  const ANYBODY = of('anything')
  const OWN = { ...ANYBODY, requestedByEmail: 'u1@example.com' }

  test.each<[string, string, Partial<RequestApproval>, Principal, keyof typeof places, boolean]>([
    ['a member', 'that names no group', ANYBODY, known('U2'), 'here', true],
    ['a guest', 'that names no group', ANYBODY, outsider('guest'), 'here', false],
    ['one of elsewhere', 'that names no group', ANYBODY, outsider('external'), 'here', false],
    ['somebody unknown', 'that names no group', ANYBODY, outsider('unknown'), 'here', false],
    ['a member', 'of a group that they are in', of('payments'), known('U1'), 'here', true],
    ['a member', 'of a group that they are not in', of('payments'), known('U2'), 'here', false],
    ['a member', 'of those who may press there', of('locals'), known('U2'), 'here', true],
    ['a member', 'of those who may press elsewhere', of('locals'), known('U2'), 'there', false],
    ['a member', 'on their own behalf', OWN, known('U1'), 'here', false],
    ['a member', 'on another’s behalf', OWN, known('U2'), 'here', true],
    ['a member without an address', 'on another’s behalf', OWN, member('U3'), 'here', false],
  ])('%s sees the whole of a request %s: %#', async (_who, _what, wanted, by, place, expected) => {
    const asked = await office.ask({ ...wanted, idempotencyKey: newId('press') })
    const at = places[place]
    const all = [places.here, places.there]
    const whole = (approval: ApprovalView, destinationIds = [at]) =>
      office.queries.couldDecide(approval.id, by, destinationIds)
    expect(await whole(asked)).toBe(expected)
    // As the desk itself says.
    const opened = await office.strictDesk.open({
      ...press(asked, at, 'U', 'approve', { by }),
      isLast: () => false,
    })
    expect(opened.ok).toBe(expected)
    expect(await whole(asked, [])).toBe(false)
    if (expected) expect(await whole(asked, all)).toBe(true)
    await office.desk.withdraw({ approvalId: asked.id })
    expect(await whole(asked)).toBe(expected)
    expect((await recordOf(office.db, asked.id)).audit).not.toContain('approval.seen')
  })
})
