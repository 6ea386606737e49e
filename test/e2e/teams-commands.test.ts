// Shows that the bot in Teams gives right figures, to those who may see them, and shows what the cards there show.

import { beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { type Json, teamsOffice } from '../fakes/teams-office.ts'

const ARGUMENT = 'a fact that only the payload holds'
const WITHHELD = 'Details are left out in this conversation'

describe.each(databases)('on $name', ({ create }) => {
  const office = teamsOffice(create)
  let asked: ApprovalView
  const ids = { groupChat: '' }

  beforeAll(async () => {
    const { running, teams } = office
    const { groupChat, personal } = teams.workspace.places
    for (const conversation_id of [groupChat, personal]) {
      await teams.install(conversation_id)
      const config = { conversation_id }
      const id = await running.destination({ channel_type: 'teams', name: conversation_id, config })
      if (conversation_id === groupChat) ids.groupChat = id
    }
    const action = { tool: 'db.drop', arguments: { argument: ARGUMENT } }
    asked = await office.ask({ action, risk: { level: 'critical' } })
    for (const id of [groupChat, personal]) await office.cardOf(asked, id)
  })

  type Place = 'approvals' | 'groupChat' | 'personal'
  const places: Place[] = ['approvals', 'groupChat', 'personal']
  const idOf = (place: Place) => office.teams.workspace.places[place]

  /** Sends `work`, and returns the card that the bot then says. */
  async function answerTo(conversationId: string, work: () => Promise<{ status: number; tookMs: number }>) {
    const bot = () => office.teams.messages(conversationId).filter(({ from }) => from.id.startsWith('28:'))
    const before = new Set(bot().map(({ id }) => id))
    const { status, tookMs } = await work()
    expect(status).toBe(200)
    expect(tookMs).toBeLessThan(5_000)
    const answer = await eventually(() => bot().find(({ id }) => !before.has(id)))
    return { ...answer, words: JSON.stringify(answer.card) }
  }
  const say = (text: string, place: Place = 'approvals', by: 'ana' | 'guest' | 'outsider' = 'ana') =>
    answerTo(idOf(place), () => {
      const userId = office.teams.workspace.people[by].id
      return office.teams.say({ conversationId: idOf(place), userId, text })
    })

  test.each(places)('status counts what is pending, in %s', async (place) => {
    const { words } = await say('status', place)
    expect(words).toContain('1 critical')
    expect(words).toContain(`db.drop for agent-1 (${asked.id})`)
  })

  test.each(places)('pending lists what waits, in %s', async (place) => {
    expect((await say('pending', place)).words).toContain(`CRITICAL · db.drop for agent-1 · 1 h left`)
  })

  test.each(places)('show gives all that the card there shows, in %s', async (place) => {
    const { words } = await say(`  show   ${asked.id}  `, place)
    expect(words).toContain(ARGUMENT)
    expect(words).toContain(asked.digest)
  })

  test('show leaves out what the card there leaves out', async () => {
    const details = (include_details: boolean) =>
      office.running.call('PATCH', `/v1/settings/notifications/${ids.groupChat}`, {
        body: { settings: { include_details } },
      })
    await details(false)
    const { words } = await say(`show ${asked.id}`, 'groupChat')
    expect(words).toContain(asked.digest)
    expect(words).toContain('db.drop')
    expect(words).not.toContain(ARGUMENT)
    expect(words).toContain(WITHHELD)
    await details(true)
  })

  test('where nothing was told, status and pending tell nothing to those who read along', async () => {
    const conversationId = office.teams.workspace.places.general
    const userId = office.teams.workspace.people.ana.id
    for (const [text, nothing] of [
      ['status', 'none'],
      ['pending', 'Nothing is waiting'],
    ] as const) {
      const { words } = await answerTo(conversationId, () =>
        office.teams.say({ conversationId, userId, text }),
      )
      expect(words).toContain(nothing)
      expect(words).not.toMatch(/1 critical|apr_/)
    }
  })

  test('only in a chat with the bot alone does status name all of the tenant that is off, and count the rest', async () => {
    const pager = { channel_type: 'pagerduty', config: { routing_key: 'a'.repeat(32) } }
    for (const wanted of [{ name: 'The pager', ...pager }, { name: 'The other office' }]) {
      await office.running.destination({ ...wanted, enabled: false })
    }
    const change = (enabled: boolean) =>
      office.running.call('PATCH', `/v1/settings/notifications/${ids.groupChat}`, { body: { enabled } })
    await change(false)
    office.clock.advance(3_001)
    const [alone, there, elsewhere] = [
      (await say('status', 'personal')).words,
      (await say('status', 'groupChat')).words,
      (await say('status')).words,
    ]
    const named = `\\"${idOf('groupChat')}\\" was switched off by an admin`
    expect(alone).toContain(named)
    expect(alone).toContain('1 other destination is off')
    expect(there).toContain(named)
    expect(there).not.toContain('other destination')
    expect(elsewhere).not.toMatch(/switched off|other destination/)
    expect(alone + there + elsewhere).not.toMatch(/The pager|The other office/)
    await change(true)
  })

  test('an answer stands in the thread of its question', async () => {
    const { conversationId } = await say('status')
    expect(conversationId).toMatch(/;messageid=\d+$/)
    const [question] = office.teams.messages(conversationId)
    expect(question?.text).toBe('status')
  })

  test.each<[string, 'guest' | 'outsider', Place]>([
    ['a guest', 'guest', 'approvals'],
    ['somebody of another tenant', 'outsider', 'groupChat'],
  ])('%s sees nothing of what is waiting', async (_who, by, place) => {
    for (const text of ['status', 'pending']) {
      const { words } = await say(text, place, by)
      expect(words).toContain('Only full members')
      expect(words).not.toContain('apr_')
    }
    const { words } = await say(`show ${asked.id}`, place, by)
    expect(words).toContain('No such approval request in this conversation')
    expect(words).not.toContain('db.drop')
  })

  test('whom Teams does not name in time sees nothing', async () => {
    office.clock.advance(11 * 60_000)
    office.teams.failNext({ method: 'member', status: 500 })
    expect((await say('pending')).words).toContain('Only full members')
  })

  test('show does not find what was never posted in this conversation', async () => {
    const general = office.teams.workspace.places.general
    const userId = office.teams.workspace.people.ana.id
    const { words } = await answerTo(general, () =>
      office.teams.say({ conversationId: general, userId, text: `show ${asked.id}` }),
    )
    expect(words).toContain('No such approval request in this conversation')
  })

  test.each([
    ['', undefined],
    ['help', undefined],
    ['show', undefined],
    ['<at>x</at>', undefined],
    ['hello there', 'hello'],
    ['status now', 'now'],
    ['show a b', 'a'],
    ['approve apr_1', 'approve'],
    ['🙂', '🙂'],
  ])('%j gets the help, and %j is named before it, in a chat with the bot alone too', async (text, word) => {
    for (const place of ['approvals', 'personal'] as const) {
      const { words } = await say(text, place)
      for (const verb of ['status', 'pending', 'show', 'help']) expect(words).toContain(verb)
      if (word === undefined) expect(words).not.toContain('I do not know')
      else expect(words.split('what you can ask')[0]).toContain(`I do not know \\"${word}\\".`)
    }
  })

  test.each<[string, string]>([
    ['blanks as entities', '<at>Countersign</at>&nbsp;status&nbsp;'],
    ['the mention at the end', 'status <at>Countersign</at>'],
    ['the mention twice', '<at>Countersign</at> <at>Countersign</at> status'],
    ['a line break', '<at>Countersign</at>\n\nstatus\r\n'],
    ['no mention in the text', 'status'],
    ['a comma after the mention', '<at>Countersign</at>, Status.'],
    ['another tag', '<at id="0">Countersign</at>&#160;status'],
    ['a mention that is only text', '@Countersign status'],
    ['the command of Slack', '/governance status'],
    ['a code span', '<at>Countersign</at> `status`'],
  ])('a question with %s is understood', async (_what, text) => {
    expect((await send({ text })).words).toContain('1 critical')
  })

  test.each<[string, unknown[]]>([
    ['without type', [{ text: 'status' }, null, 5]],
    ['that mention nobody', [{ type: 'mention', text: '<at>Countersign</at>' }]],
    ['with a mention of no text', [{ type: 'mention', mentioned: { id: '28:x' } }]],
  ])('entities %s do no harm', async (_what, entities) => {
    expect((await send({ text: 'status', entities })).words).toContain('1 critical')
  })

  test('a mention of the bot by an empty text does no harm', async () => {
    const bot = `28:${office.running.config.teams?.appId}`
    const entities = [{ type: 'mention', mentioned: { id: bot }, text: '' }]
    expect((await send({ text: 'status', entities })).words).toContain('1 critical')
  })

  test('a reply that Teams does not take is not asked for again: the question was taken', async () => {
    office.teams.failNext({ method: 'send', status: 502 })
    const { ana } = office.teams.workspace.people
    const before = office.teams.calls.filter(({ method }) => method === 'send').length
    const said = { conversationId: office.channel, userId: ana.id, text: 'status' }
    expect((await office.teams.say(said)).status).toBe(200)
    await eventually(() => office.teams.calls.filter(({ method }) => method === 'send').length > before)
    expect((await say('help')).words).toContain('what you can ask')
    expect(office.teams.calls.filter(({ method }) => method === 'send').length).toBe(before + 2)
  })

  test('a connector that hangs holds up no answer to Teams', async () => {
    const release = office.teams.failNext({ method: 'send', hang: true })
    const { words } = await answerTo(office.channel, async () => {
      const { ana } = office.teams.workspace.people
      const said = { conversationId: office.channel, userId: ana.id, text: 'status' }
      const answer = await office.teams.say(said)
      release()
      return answer
    })
    expect(words).toContain('Governance status')
  })

  /** A question in the channel as Ana says it; whatever is in `differences` stands instead. */
  async function send(differences: Json) {
    const { ana } = office.teams.workspace.people
    const bot = `28:${office.running.config.teams?.appId}`
    const {
      value: _,
      replyToId: __,
      ...base
    } = await office.activityOf({ approval: asked, how: 'submit', verdict: 'Deny' })
    const mention = { type: 'mention', mentioned: { id: bot }, text: '<at>Countersign</at>' }
    const activity = { ...base, from: { id: ana.id, aadObjectId: ana.aadObjectId }, entities: [mention] }
    return answerTo(office.channel, () => office.teams.send({ ...activity, ...differences }))
  }
})
