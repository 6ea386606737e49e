// Proves that what was approved runs once and as approved: what a grant answers, who redeems it, and how it ends.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RequestApproval } from '../../src/approvals/desk.ts'
import { isoTime } from '../../src/kit/clock.ts'
import { databases } from '../fakes/databases.ts'
import { approved, claimsIn, codeOf, done, heard } from '../fakes/grants.ts'
import { member, OWNER, recordOf } from '../fakes/office.ts'
import { addressOf, openReviewHouse, type ReviewHouse } from '../fakes/review-house.ts'

const TEN_MINUTES = 600_000
const NO_RULES = 'rules: []'
const byTwo = `
rules:
  - { name: two, match: {}, ask: { requirements: [{ group: payments, approvals: 2 }] } }
`
const byOne = byTwo.replace('approvals: 2', 'approvals: 1')
const asks = (ask: string) => `rules: [{ name: it, ask: ${ask} }]`

describe.each(databases)('on $name', (engine) => {
  let house: ReviewHouse
  const desk = () => house.office.desk
  const ask = async (wanted: RequestApproval) => heard(await desk().request(wanted))
  const by = (userId: string) => member(userId, { emails: [addressOf(userId)] })

  beforeAll(async () => {
    house = await openReviewHouse(engine)
    await house.group('payments', 'Ana', 'Ben')
    await house.group('security', 'Gil')
  })
  beforeEach(() => house.policy(NO_RULES))
  afterAll(() => house?.close())

  describe('what is approved', () => {
    test('may run for ten minutes, once, and its receipt says who approved what', async () => {
      const { id, redeem } = await approved(house, { requestedByEmail: 'olu@example.com' })
      const asked = await house.stand({ id })
      expect(asked.grant).toEqual({
        state: 'live',
        expires_at: isoTime(house.clock.now() + TEN_MINUTES),
        redeemed_at: null,
        receipt_expires_at: null,
        revoked_at: null,
        reason: null,
      })
      house.clock.advance(1_500)
      const { receipt, approval } = done(await desk().redeem(redeem))
      const seconds = Math.floor(house.clock.now() / 1000)
      expect(approval.grant).toMatchObject({ state: 'redeemed', redeemed_at: isoTime(house.clock.now()) })
      expect(await house.stand({ id })).toEqual(approval)
      expect(claimsIn(receipt)).toEqual({
        iss: 'http://countersign.test',
        aud: 'stripe.refund',
        jti: expect.stringMatching(/^rdm_/),
        iat: seconds,
        exp: seconds + 300,
        approval_id: id,
        digest: asked.digest,
        environment: null,
        agent: { id: 'agent-1', name: 'Refund agent' },
        approvers: [
          {
            id: await house.person('Ana'),
            name: 'Reviewer Ana',
            source: 'scripted',
            approved_at: asked.closed_at,
          },
        ],
        policy: { version: expect.any(Number), rule: null },
      })
      const { audit, events } = await recordOf(house.office.db, id)
      expect(audit.filter((action) => action === 'approval.redeemed')).toHaveLength(1)
      expect(events.filter((type) => type === 'approval.redeemed')).toHaveLength(1)
      expect(codeOf(await desk().redeem(redeem))).toBe('already_redeemed')
    })

    test('may be written otherwise, and is the same action', async () => {
      const action = { tool: 'a.b', summary: 'x', arguments: { one: 1, two: { b: [100], a: null } } }
      const { redeem } = await approved(house, { action })
      const again = { tool: 'a.b', arguments: { two: { a: null, b: [1e2] }, one: 1.0 } }
      expect(codeOf(await desk().redeem({ ...redeem, action: again }))).toBe('ok')
    })

    test('is refused as anything else, with both digests and where it differs', async () => {
      const action = {
        tool: 'a.b',
        summary: 'x',
        arguments: { to: 'caf\u00e9', n: 1, list: [1, 2] },
        environment: 'staging',
      }
      const { id, redeem } = await approved(house, { action })
      const { digest } = await house.stand({ id })
      const other = {
        tool: 'a.b',
        environment: 'production',
        arguments: { to: 'cafe\u0301', n: 1, list: [1], 'x y': 0 },
      }
      const outcome = await desk().redeem({ ...redeem, action: other })
      expect(outcome.ok || outcome.refusal).toMatchObject({
        code: 'action_mismatch',
        status: 409,
        facts: {
          approved_digest: digest,
          given_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          differs: [
            'action.environment',
            'action.arguments.to',
            'action.arguments.list[1]',
            'action.arguments["x y"]',
          ],
        },
      })
      expect((await house.stand({ id })).grant?.state).toBe('live')
    })

    test('is redeemed by the key that asked, and by no other', async () => {
      const { redeem } = await approved(house)
      expect(codeOf(await desk().redeem({ ...redeem, ownerKeyId: 'key_other' }))).toBe('approval_not_found')
    })

    test('gets the very same receipt under the same key, until that is too old', async () => {
      const { redeem, request } = await approved(house, { idempotencyKey: 'of the request' })
      const keyed = { ...redeem, idempotencyKey: 'of the run' }
      const { receipt } = done(await desk().redeem(keyed))
      expect(done(await desk().redeem(keyed)).receipt).toBe(receipt)
      expect(done(await desk().redeem({ ...redeem, idempotencyKey: 'of the request' })).receipt).toBe(receipt)
      expect(done(await desk().request(request)).receipt).toBe(receipt)
      expect(codeOf(await desk().redeem({ ...redeem, idempotencyKey: 'another' }))).toBe('already_redeemed')
      const { redeem: other } = await approved(house)
      expect(codeOf(await desk().redeem({ ...other, idempotencyKey: 'of the run' }))).toBe(
        'idempotency_key_reused',
      )
      house.clock.advance(300_000)
      expect(codeOf(await desk().redeem(keyed))).toBe('receipt_expired')
      expect(heard(await desk().request(request))).toBe('same')
    })

    test('is not redeemed before it is, nor after its time', async () => {
      const asked = await house.office.ask()
      const { summary: _, ...action } = asked.action
      const redeem = {
        approvalId: asked.id,
        ownerKeyId: OWNER,
        action: { ...action, environment: undefined },
      }
      const given = { tool: action.tool, arguments: action.arguments }
      expect(codeOf(await desk().redeem({ ...redeem, action: given }))).toBe('not_approved')
      await house.vote(asked, 'Ana')
      house.clock.advance(TEN_MINUTES)
      expect(codeOf(await desk().redeem({ ...redeem, action: given }))).toBe('grant_ended')
      expect((await house.stand(asked)).grant?.state).toBe('ended')
    })

    test('leaves no grant where the rule says so, and one as long as it says', async () => {
      await house.policy(asks('{ grant_seconds: 0 }'))
      const none = await approved(house)
      expect((await house.stand(none)).grant).toBeNull()
      expect(codeOf(await desk().redeem(none.redeem))).toBe('no_grant')
      expect(await ask(none.request)).toBe('new')
      await house.policy(asks('{ grant_seconds: 5 }'))
      const short = await approved(house)
      house.clock.advance(5_000)
      expect(codeOf(await desk().redeem(short.redeem))).toBe('grant_ended')
    })

    test('by the policy is redeemed by its id alone, and every request is answered anew', async () => {
      await house.policy('rules: [{ name: reads, allow: { grant_seconds: 60 } }]')
      const { id, request, redeem } = await approved(house, { idempotencyKey: 'once' }, [])
      expect(await ask({ ...request, idempotencyKey: 'twice' })).toBe('new')
      expect(await ask(request)).toBe('same')
      expect((await house.stand({ id })).grant?.state).toBe('live')
      const { receipt } = done(await desk().redeem(redeem))
      expect(claimsIn(receipt)).toMatchObject({ approvers: [], policy: { rule: 'reads' } })
      expect(await ask(request)).toBe('same with receipt')
    })
  })

  describe('the same request within its time', () => {
    test.each([
      ['with its Idempotency-Key', { idempotencyKey: 'patient' }, 'same with receipt'],
      ['without one', {}, 'grant'],
    ])('is answered at once to an agent that gave up, %s', async (_, wanted, answer) => {
      const { request, id } = await approved(house, wanted, [])
      house.clock.advance(45_000)
      await house.vote({ id }, 'Ana')
      house.clock.advance(15_000)
      const outcome = await desk().request(request)
      expect(heard(outcome)).toBe(answer)
      const { approval, receipt, answeredBy } = done(outcome)
      expect(approval).toMatchObject({ id, status: 'approved', grant: { state: 'redeemed' } })
      expect(claimsIn(String(receipt))).toMatchObject({ approval_id: id })
      if (answer === 'grant') {
        expect(answeredBy).toEqual({ kind: 'grant', code: 'RECENT_APPROVAL_GRANT', approval_id: id })
      }
      const { events } = await recordOf(house.office.db, id)
      expect(events.filter((type) => type === 'approval.requested')).toHaveLength(1)
    })

    test('under a new key is answered by the grant too, and its repetition gets the very same', async () => {
      const { request } = await approved(house)
      const first = done(await desk().request({ ...request, idempotencyKey: 'later' }))
      expect(first.answeredBy?.code).toBe('RECENT_APPROVAL_GRANT')
      const again = done(await desk().request({ ...request, idempotencyKey: 'later' }))
      expect(again).toEqual({ ...first, subjectId: expect.anything() })
    })

    test('takes the grant also from the key with which it was asked', async () => {
      const { request, redeem } = await approved(house, { idempotencyKey: 'slow' })
      const { idempotencyKey, ...without } = request
      expect(await ask(without)).toBe('grant')
      expect(await ask(request)).toBe('same')
      expect(codeOf(await desk().redeem({ ...redeem, idempotencyKey }))).toBe('already_redeemed')
    })

    test('takes the grant: the next one is asked anew', async () => {
      const { request } = await approved(house)
      expect(await ask(request)).toBe('grant')
      expect(await ask(request)).toBe('new')
    })

    test('may say another summary, and no other risk than a lower one', async () => {
      const { request } = await approved(house)
      expect(await ask({ ...request, risk: { level: 'high', score: null } })).toBe('new')
      const action = { ...request.action, summary: 'in other words' }
      expect(await ask({ ...request, action, risk: { level: 'low', score: null } })).toBe('grant')
    })

    test.each<[string, (request: RequestApproval) => RequestApproval]>([
      ['of another API key', (request) => ({ ...request, ownerKeyId: 'key_other' })],
      ['on behalf of somebody else', (request) => ({ ...request, requestedByEmail: 'bo@example.com' })],
      ['of another agent', (request) => ({ ...request, agent: { id: 'agent-2', name: 'agent-2' } })],
      [
        'for another environment',
        (request) => ({ ...request, action: { ...request.action, environment: 'production' } }),
      ],
    ])('%s is asked anew', async (_, changed) => {
      const { request } = await approved(house, { requestedByEmail: 'al@example.com' })
      expect(await ask(changed(request))).toBe('new')
      expect(await ask(request)).toBe('grant')
    })

    test('under another Idempotency-Key than that of the approval is another approval', async () => {
      const { request } = await approved(house, { idempotencyKey: 'one' })
      expect(await ask({ ...request, idempotencyKey: 'two' })).toBe('new')
    })

    test('is answered until the last moment, and not a second later', async () => {
      const { request } = await approved(house)
      const { request: late } = await approved(house)
      house.clock.advance(TEN_MINUTES - 1)
      expect(await ask(request)).toBe('grant')
      house.clock.advance(1_001)
      expect(await ask(late)).toBe('new')
    })

    test('is denied by a rule that denies by now', async () => {
      const { request, id } = await approved(house)
      await house.policy('rules: [{ name: never, deny: Not today }]')
      expect(done(await desk().request(request)).approval.status).toBe('denied')
      expect((await house.stand({ id })).grant?.state).toBe('live')
    })

    test.each([
      ['two of a group, of which one approved', byOne, byTwo, ['Ana'], 'new'],
      ['one of a group, of which two approved', byTwo, byOne, ['Ana', 'Ben'], 'grant'],
      ['one of another group', byOne, byOne.replace('payments', 'security'), ['Ana'], 'new'],
      ['anybody, where a group was asked', byOne, NO_RULES, ['Ana'], 'grant'],
      ['a group, where anybody was asked', NO_RULES, byOne, ['Ana'], 'new'],
      ['a note of who approves', NO_RULES, asks('{ note_required: [approve] }'), ['Ana'], 'new'],
      ['a note of who denies', NO_RULES, asks('{ note_required: [deny] }'), ['Ana'], 'grant'],
      ['that all of it is opened', NO_RULES, asks('{ details_must_be_opened: true }'), ['Ana'], 'new'],
      ['nobody', NO_RULES, 'rules: [{ name: reads, allow: true }]', ['Ana'], 'grant'],
      ['a shorter time, which is not over', NO_RULES, asks('{ grant_seconds: 60 }'), ['Ana'], 'grant'],
      ['a shorter time, which is over', NO_RULES, asks('{ grant_seconds: 20 }'), ['Ana'], 'new'],
      ['for no grant', NO_RULES, asks('{ grant_seconds: 0 }'), ['Ana'], 'new'],
    ])('where the policy asks now for %s', async (_, then, now, people, answer) => {
      await house.policy(then)
      const { request } = await approved(house, {}, people)
      await house.policy(now)
      house.clock.advance(30_000)
      expect(await ask(request)).toBe(answer)
    })

    test('under the same rule is answered also where the group that was asked too approved', async () => {
      await house.group('oncall', 'Ola')
      await house.policy(
        'rules: [{ name: it, ask: { requirements: [{ group: payments }], escalate: { after_seconds: 10, to: oncall } } }]',
      )
      const { request, id } = await approved(house, {}, [])
      house.clock.advance(10_000)
      await desk().escalateDue()
      expect(await house.vote({ id }, 'Ola')).toBe('approved')
      expect(await ask(request)).toBe('grant')
    })
  })

  describe('a grant that is taken back', () => {
    test.each([
      ['by one who approved', () => desk().revoke, 'Revoked by Reviewer Ana: wrong account'],
      ['by its agent', () => desk().withdraw, 'Withdrawn: wrong account'],
    ] as const)('%s runs no more, and the agent hears why', async (_, command, reason) => {
      const { id, redeem, request } = await approved(house)
      const take = command() as (wanted: object) => ReturnType<ReturnType<typeof desk>['revoke']>
      const wanted = { approvalId: id, by: by('Ana'), ownerKeyId: OWNER, reason: 'wrong account' }
      const revoked = done(await take(wanted))
      expect(revoked).toMatchObject({ status: 'approved', grant: { state: 'revoked', reason } })
      expect(done(await take(wanted))).toEqual(revoked)
      const outcome = await desk().redeem(redeem)
      expect(outcome.ok || outcome.refusal).toMatchObject({
        code: 'grant_revoked',
        status: 409,
        text: reason,
      })
      expect(await ask(request)).toBe('new')
      const { audit, events } = await recordOf(house.office.db, id)
      expect(audit.filter((action) => action === 'approval.revoked')).toHaveLength(1)
      expect(events.filter((type) => type === 'approval.revoked')).toHaveLength(1)
    })

    test('is not, by anybody else, nor after it ran', async () => {
      const { id, redeem } = await approved(house)
      const revoke = (userId: string) => desk().revoke({ approvalId: id, by: by(userId) })
      expect(codeOf(await revoke('Ben'))).toBe('not_an_approver')
      await desk().redeem(redeem)
      expect(codeOf(await revoke('Ana'))).toBe('already_redeemed')
      const withdrawn = await desk().withdraw({ approvalId: id, ownerKeyId: OWNER })
      expect(codeOf(withdrawn)).toBe('already_redeemed')
    })

    test('is none where nobody answered in time, also before that is noticed', async () => {
      const { id, expires_at } = await house.office.ask()
      house.clock.advance(Date.parse(expires_at) - house.clock.now())
      const admin = { ...by('Ana'), roles: new Set(['admin' as const]) }
      expect(codeOf(await desk().revoke({ approvalId: id, by: admin }))).toBe('approval_expired')
      expect((await house.stand({ id })).status).toBe('expired')
    })

    test('or ends, is told once, and its cards are drawn again', async () => {
      const { id } = await approved(house)
      house.clock.advance(TEN_MINUTES - 1)
      await desk().tellGrantEnds()
      expect((await recordOf(house.office.db, id)).events).not.toContain('approval.grant_ended')
      house.clock.advance(1)
      await Promise.all([desk().tellGrantEnds(), house.other.desk.tellGrantEnds()])
      const { audit, deliveries } = await recordOf(house.office.db, id)
      expect(audit.filter((action) => action === 'approval.grant_ended')).toHaveLength(1)
      const told = deliveries.filter(({ type }) => type === 'approval.grant_ended')
      expect(told.map(({ destination_id }) => destination_id)).toEqual([house.place])
    })

    test('or was live in a backup, ends with the restore, whoever approved it', async () => {
      const people = await approved(house)
      await house.policy('rules: [{ name: reads, allow: true }]')
      const policy = await approved(house, {}, [])
      await desk().revokeRestored()
      for (const { id, redeem } of [people, policy]) {
        expect((await house.stand({ id })).grant?.state).toBe('revoked')
        expect(codeOf(await desk().redeem(redeem))).toBe('grant_revoked')
      }
    })
  })
})
