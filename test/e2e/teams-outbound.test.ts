// Shows that a card Teams did not take comes once it does again, and that only what is wrong is switched off.

import { beforeAll, describe, expect, test } from 'vitest'
import type { TeamsFault } from '../../src/sandbox/teams/faults.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { type Json, STATE_OF_TEAMS, shown, teamsOffice } from '../fakes/teams-office.ts'

const DESTINATIONS = '/v1/settings/notifications'

describe.each(databases.slice(0, 1))('on $name', ({ create }) => {
  const office = teamsOffice(create)
  let destinationId: string

  beforeAll(async () => {
    const { body } = await office.running.call<{ data: { id: string }[] }>('GET', DESTINATIONS)
    destinationId = body.data[0]?.id as string
  })
  const destination = async () =>
    (await office.running.call<Json>('GET', `${DESTINATIONS}/${destinationId}`)).body
  const callsOf = (method: string) => office.teams.calls.filter((call) => call.method === method).length
  const cards = ({ id }: { id: string }, where = office.channel) =>
    office.teams
      .messages(where)
      .map(({ card }) => JSON.stringify(card) ?? '')
      .filter((card) => card.includes(id))
  /** Lets time pass until it is so. */
  const inTime = (look: () => unknown) =>
    eventually(async () => {
      const found = await look()
      if (!found) office.clock.advance(1_000)
      return found
    })
  const attempted = (method: string, count: number) => eventually(() => callsOf(method) >= count)

  test('one token is enough for many cards', async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, () => office.ask()))
    for (const approval of asked) await office.press({ approval })
    expect(callsOf('token')).toBe(1)
    expect(office.teams.calls.find(({ method }) => method === 'token')).toMatchObject({
      params: { tenant: office.teams.tenantId },
      body: { grant_type: 'client_credentials' },
    })
  })

  test.each<[string, Partial<TeamsFault>]>([
    ['412', { status: 412, code: 'PreconditionFailed' }],
    ['500', { status: 500 }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['401', { status: 401 }],
    ['403 without a code of Microsoft’s', { status: 403 }],
    ['404 without a code of Microsoft’s', { status: 404 }],
    ['a code that nobody knows', { status: 403, code: 'Forbidden' }],
    ['a connection that breaks', { dropAfterPosting: false }],
  ])('a card that meets %s is tried again later, and stands there once', async (_what, fault) => {
    const before = callsOf('send')
    office.teams.failNext({ method: 'send', ...fault })
    const { body: asked } = await office.running.ask()
    await attempted('send', before + 1)
    await inTime(() => cards(asked).length > 0)
    // One failed, one did not: nothing in between tried by itself.
    expect(callsOf('send')).toBe(before + 2)
    expect(cards(asked)).toHaveLength(1)
    expect(await destination()).toMatchObject({ enabled: true })
  })

  test('a card whose answer was lost may stand there twice, and both copies are closed', async () => {
    office.teams.failNext({ method: 'send', dropAfterPosting: true })
    const { body: asked } = await office.running.ask()
    await eventually(() => cards(asked).length === 1)
    await inTime(() => cards(asked).length === 2)
    const [lost] = office.teams.messages(office.channel).filter(({ card }) => {
      return JSON.stringify(card)?.includes(asked.id)
    })
    await office.press({ approval: asked, verdict: 'Deny' })
    expect((await office.read(asked)).decisions[0]?.verdict).toBe('deny')
    await inTime(() => cards(asked).every((card) => card.includes('Denied by')))
    expect(lost?.card).toBeDefined()
    expect(cards(asked)).toHaveLength(2)
  })

  test('Teams is heard when it asks to slow down', async () => {
    const before = callsOf('send')
    office.teams.failNext({ method: 'send', status: 429, retryAfterSeconds: 20 })
    const { body: asked } = await office.running.ask()
    const cooled = `select id from destinations where cool_until = ${office.clock.now() + 20_000}`
    await eventually(async () => (await select(office.databaseUrl, cooled)).length > 0)
    expect(cards(asked)).toEqual([])
    office.clock.advance(20_000)
    await office.cardOf(asked)
    expect(callsOf('send')).toBe(before + 2)
  })

  test.each<[string, Partial<TeamsFault>, string]>([
    [
      'the bot is not there',
      { status: 403, code: 'BotNotInConversationRoster' },
      'BotNotInConversationRoster',
    ],
    ['the bot is barred', { status: 403, code: 'MessageWritesBlocked' }, 'MessageWritesBlocked'],
    ['an admin disabled the bot', { status: 403, code: 'BotDisabledByAdmin' }, 'BotDisabledByAdmin'],
    ['the conversation is gone', { status: 404, code: 'ConversationNotFound' }, 'ConversationNotFound'],
  ])(
    'where %s, the destination is switched off and says why, until it is on again',
    async (_what, fault, reason) => {
      const before = callsOf('send')
      office.teams.failNext({ method: 'send', ...fault })
      const { body: asked } = await office.running.ask()
      await eventually(async () => (await destination()).enabled === false)
      expect(await destination()).toMatchObject({ disabled_reason: reason })
      expect(callsOf('send')).toBe(before + 1)
      await office.running.call('PATCH', `${DESTINATIONS}/${destinationId}`, { body: { enabled: true } })
      await office.cardOf(asked)
    },
  )

  test.each<[string, Partial<TeamsFault>]>([
    ['is too large for Teams', { status: 413, code: 'MessageSizeTooBig' }],
    ['Teams cannot read', { status: 400, code: 'BadSyntax' }],
  ])('a card that %s is given up, and the next one comes', async (_what, fault) => {
    const before = callsOf('send')
    office.teams.failNext({ method: 'send', ...fault })
    const { body: lost } = await office.running.ask()
    await attempted('send', before + 1)
    await office.ask()
    expect(cards(lost)).toEqual([])
    expect(callsOf('send')).toBe(before + 2)
    expect(await destination()).toMatchObject({ enabled: true })
  })

  test.each<[string, Partial<TeamsFault>]>([
    ['500', { status: 500 }],
    ['412', { status: 412, code: 'PreconditionFailed' }],
    ['404 without a code of Microsoft’s', { status: 404 }],
    ['429', { status: 429, retryAfterSeconds: 3 }],
    ['a connection that breaks', { dropAfterPosting: false }],
    ['an answer that is lost', { dropAfterPosting: true }],
  ])('a redraw that meets %s is tried again, and the card ends in the truth', async (_what, fault) => {
    const asked = await office.ask()
    const before = callsOf('update')
    office.teams.failNext({ method: 'update', ...fault })
    await office.press({ approval: asked, verdict: 'Deny' })
    await attempted('update', before + 1)
    await inTime(() => callsOf('update') === before + 2)
    await eventually(() => cards(asked)[0]?.includes('Denied by'))
    expect(cards(asked)).toHaveLength(1)
  })

  test.each<[string, Partial<TeamsFault>]>([
    ['somebody deleted', { status: 404, code: 'ActivityNotFoundInConversation' }],
    ['is not ours to change', { status: 403, code: 'NotEnoughPermissions' }],
  ])('a card that %s is given up, and its destination stays', async (_what, fault) => {
    const asked = await office.ask()
    const before = callsOf('update')
    office.teams.failNext({ method: 'update', ...fault })
    await office.press({ approval: asked })
    await attempted('update', before + 1)
    await office.ask()
    expect(callsOf('update')).toBe(before + 1)
    expect(await destination()).toMatchObject({ enabled: true })
  })

  test.each(['execute', 'submit'] as const)(
    'a click (%s) that comes from another address of Teams is followed there, for all of its team',
    async (how) => {
      const here = office.teams.serviceUrl()
      const elsewhere = here.replace('127.0.0.1', 'localhost')
      const addresses = async () => {
        const rows = await select(office.databaseUrl, STATE_OF_TEAMS)
        return [...new Set(rows.map(({ value }) => JSON.parse(String(value)).serviceUrl))]
      }
      for (const serviceUrl of [elsewhere, here]) {
        const approval = await office.ask()
        const asked = office.teams.calls.length
        const click = await office.activityOf({ approval, how }, { serviceUrl })
        await office.teams.send(click, await office.teams.token({ serviceurl: serviceUrl }))
        expect(await addresses()).toEqual([serviceUrl])
        await eventually(() => cards(approval)[0]?.includes('Approved by'))
        expect(office.teams.calls.slice(asked).map(({ method }) => method)).not.toContain('channels')
      }
    },
  )

  test('a Teams that hangs holds up neither clicks nor other destinations', async () => {
    const { groupChat } = office.teams.workspace.places
    await office.teams.install(groupChat)
    const config = { conversation_id: groupChat }
    await office.running.destination({ channel_type: 'teams', name: 'Group', config })
    const release = office.teams.failNext({ method: 'send', hang: true })
    const { body: asked } = await office.running.ask()
    const places = [office.channel, groupChat]
    const open = await eventually(() => places.find((where) => cards(asked, where).length > 0))
    const hung = places.find((where) => where !== open) as string
    const answer = await office.press({ approval: asked, conversationId: open })
    expect(answer.tookMs).toBeLessThan(5_000)
    expect(shown(answer)).toContain('Approved by')
    await eventually(() => cards(asked, open)[0]?.includes('Approved by'))
    expect(cards(asked, hung)).toEqual([])
    // It comes after all, as it was asked for, and is brought to the truth.
    release()
    await inTime(() => cards(asked, hung)[0]?.includes('Approved by'))
    expect(cards(asked, hung)).toHaveLength(1)
  })
})
