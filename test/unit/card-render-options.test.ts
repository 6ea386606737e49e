// Shows that every card has only the details and buttons, and calls only the people, that its destination wants.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ApprovalView, STATUSES } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { cardOf as discordCard } from '../../src/platforms/discord/card.ts'
import { digestMessage as discordDigest } from '../../src/platforms/discord/digest-message.ts'
import type { Digest, Message } from '../../src/platforms/platform.ts'
import type { RenderOptions } from '../../src/platforms/render-options.ts'
import { cardOf as slackCard } from '../../src/platforms/slack/card.ts'
import { digestCard as slackDigest } from '../../src/platforms/slack/digest-card.ts'
import { cardOf as teamsCard, digestCard as teamsDigest } from '../../src/platforms/teams/cards.ts'
import { cardOf as telegramCard } from '../../src/platforms/telegram/card.ts'
import { digestMessage as telegramDigest } from '../../src/platforms/telegram/digest-message.ts'
import { readMessage as readDiscord } from '../../src/sandbox/discord/message-rules.ts'
import { readMessage as readTelegram } from '../../src/sandbox/telegram/message-rules.ts'
import * as adaptive from '../fakes/adaptive-card-rules.ts'
import * as blockKit from '../fakes/block-kit-rules.ts'
import { acting, type Closed, closed, hostileView, PENDING } from '../fakes/hostile-approvals.ts'
import { ALERT, CALLS, hostileEvent } from '../fakes/hostile-events.ts'
import { usually } from '../fakes/render-options.ts'
import { alertMessage, approvalMessage } from '../fakes/told-messages.ts'

const json = (value: unknown) => JSON.parse(JSON.stringify(value))
const refusedBy = (taken: object) => ('refused' in taken ? [taken.refused] : [])

const SLACK = {
  name: 'Slack',
  card: usually((message: Message, options) => slackCard(message, options).message),
  digest: usually(slackDigest),
  refusals: blockKit.breaches,
  buttons: ['Approve', 'Deny', 'View in Console'],
}
const TEAMS = {
  name: 'Teams',
  card: usually((message: Message, options) => teamsCard(message, options).card),
  digest: usually((digest: Digest, options) => teamsDigest(digest, options).card),
  refusals: adaptive.breaches,
  buttons: ['Approve', 'Deny', 'View in Console'],
}
const DISCORD = {
  name: 'Discord',
  card: usually(discordCard),
  digest: usually(discordDigest),
  refusals: (message: object) => refusedBy(readDiscord(json(message), true)),
  buttons: ['View in Console'],
}
const TELEGRAM = {
  name: 'Telegram',
  card: usually(telegramCard),
  digest: usually(telegramDigest),
  refusals: (message: object) => refusedBy(readTelegram(json(message))),
  buttons: ['View in Console'],
}
const SURFACES = [SLACK, TEAMS, DISCORD, TELEGRAM]

const SECRET = 'zqxj'
const SECRETIVE = {
  ...acting({ summary: `A ${SECRET}`, arguments: { [SECRET]: SECRET } }),
  reasons: [SECRET],
  requested_by: { email: `${SECRET}@example.com` },
  metadata: { [SECRET]: SECRET },
}
const OUTCOMES = STATUSES.slice(1).map((status) => closed(status as Closed, 'Ana', SECRET))

const secretive = (view: ApprovalView): ApprovalView => ({
  ...SECRETIVE,
  status: view.status,
  closed_at: view.closed_at,
  decisions: view.decisions,
  review_notes: SECRET,
})

/** Whatever can be pressed, by what it says. */
const labelsIn = (card: object) =>
  ['Approve', 'Deny', 'View in Console'].filter((label) => JSON.stringify(card).includes(`"${label}"`))

describe.each(SURFACES)('in $name', ({ card: draw, refusals, buttons }) => {
  const approval = (view: ApprovalView, options: Partial<RenderOptions> = {}) =>
    draw(approvalMessage(view), options)
  const alert = (event: EventView, options: Partial<RenderOptions> = {}) => draw(alertMessage(event), options)

  it.each([SECRETIVE, ...OUTCOMES.map(secretive)])(
    'an approval without details has none: $status',
    (view) => {
      const card = approval(view, { details: false })
      const shown = JSON.stringify(card)
      expect(refusals(card)).toEqual([])
      expect(shown).not.toContain(SECRET)
      const { agent, action } = view
      for (const known of [agent.id, view.key.name, action.tool, action.environment, 'HIGH', view.id]) {
        expect(shown).toContain(known)
      }
      expect(shown).toContain('Details are left out here. View in Console shows them.')
      expect(JSON.stringify(approval(view))).toContain(SECRET)
    },
  )

  it('an approval without details can be decided where one with details can', () => {
    expect(labelsIn(approval(SECRETIVE, { details: false }))).toEqual(buttons)
    expect(labelsIn(approval(SECRETIVE))).toEqual(buttons)
  })

  it('an alert without details has none', () => {
    const event = { ...ALERT, summary: `A ${SECRET}`, action: SECRET, data: { [SECRET]: SECRET } }
    const card = alert(event, { details: false })
    const shown = JSON.stringify(card)
    expect(refusals(card)).toEqual([])
    expect(shown).not.toContain(SECRET)
    for (const known of [
      'agent-123',
      'Sales key',
      ALERT.tool,
      ALERT.type,
      ALERT.environment,
      'HIGH',
      ALERT.id,
    ]) {
      expect(shown).toContain(known)
    }
    expect(shown).toMatch(/Details are left out here\. (Investigate|View in Console) shows them\./)
    expect(JSON.stringify(alert(event))).toContain(SECRET)
  })

  it('what is left out is not promised elsewhere when there is no link', () => {
    const nowhere = { details: false }
    for (const card of [
      approval({ ...PENDING, url: 'x:y' }, nowhere),
      alert({ ...ALERT, url: 'x:y' }, nowhere),
    ]) {
      expect(JSON.stringify(card)).toMatch(/Details are left out here\.(?! )/)
    }
  })

  it('a card without details is taken, whatever an agent sends', () => {
    fc.assert(
      fc.property(hostileView, hostileEvent, (view, event) => {
        expect(refusals(approval(view, { details: false }))).toEqual([])
        expect(refusals(alert(event, { details: false }))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('what is pressed where nobody hears it is not offered', () => {
    const unheard = { interactive: false }
    expect(labelsIn(approval(PENDING, unheard))).toEqual(['View in Console'])
    expect(labelsIn(alert(ALERT, unheard))).toEqual(['View in Console'])
    const trial = JSON.stringify(approval({ ...PENDING, test: true }, unheard))
    expect(trial).toContain('No agent waits for the answer.')
    expect(trial).not.toContain('The buttons')
  })
})

describe('people are called', () => {
  /** In Slack nothing in it is alive. */
  const CODE = /`[^`\n]+`/g
  const calling = { mention: true }
  const HOSTILE = CALLS.join(' ')
  const hostileAlert = {
    ...ALERT,
    agent: { id: HOSTILE, name: HOSTILE },
    tool: HOSTILE,
    summary: HOSTILE,
    action: HOSTILE,
    data: { HOSTILE },
    acknowledged: { by: HOSTILE, source: 'slack', at: ALERT.created_at },
  }
  const hostileApproval = {
    ...acting({ tool: HOSTILE, summary: HOSTILE, environment: HOSTILE, arguments: { HOSTILE } }),
    agent: { id: HOSTILE, name: HOSTILE },
    reasons: CALLS,
  }
  const drawn = (surface: (typeof SURFACES)[number], options: { mention?: boolean }) => [
    surface.card(approvalMessage(hostileApproval), options),
    surface.card(approvalMessage({ ...hostileApproval, ...closed('denied', HOSTILE, HOSTILE) }), options),
    surface.card(alertMessage(hostileAlert), options),
    surface.digest({ events: [hostileAlert] }, options),
  ]

  it('in Slack by the line that notifies, once, and only when it was said', () => {
    const lines = (options: { mention?: boolean }) =>
      drawn(SLACK, options).map((card) => (card as { text: string }).text)
    const [called, uncalled] = [lines(calling), lines({})]
    expect(called).toEqual(uncalled.map((line) => `<!channel> ${line}`))
    expect(uncalled.join('\n').replace(CODE, '')).not.toMatch(/<[!@#]|@\w/)
    for (const card of drawn(SLACK, calling)) {
      const { markup } = blockKit.strings(card)
      expect(
        markup
          .join('\n')
          .replace(CODE, '')
          .replace(/<!date\^/g, ''),
      ).not.toMatch(/<[!@#]|@\w/)
    }
  })

  it('in Discord by its own content, which nobody else writes', () => {
    for (const [options, pings] of [[calling, ['@everyone']] as const, [{}, []] as const]) {
      for (const message of drawn(DISCORD, options)) {
        const taken = readDiscord(json(message), true)
        expect('content' in taken && taken.content.pings).toEqual(pings)
        expect(message).toMatchObject({
          allowed_mentions: { parse: options === calling ? ['everyone'] : [] },
        })
      }
    }
  })

  it('in Teams and Telegram by no word of a card', () => {
    for (const surface of [TEAMS, TELEGRAM]) expect(drawn(surface, calling)).toEqual(drawn(surface, {}))
    for (const card of drawn(TEAMS, calling)) {
      expect(card).toMatchObject({ msteams: { width: 'Full' } })
      expect(adaptive.strings(card).other.join('\n')).not.toContain('<at>')
    }
    for (const message of drawn(TELEGRAM, calling)) {
      const taken = readTelegram(json(message))
      const kinds = 'content' in taken ? taken.content.entities.map(({ type }) => type) : ['refused']
      expect(kinds.filter((kind) => !['bold', 'code', 'pre', 'text_link'].includes(kind))).toEqual([])
      expect(message).not.toHaveProperty('disable_notification')
    }
  })
})

describe('a notification without details', () => {
  const lines = (message: Message) => [
    usually(slackCard)(message, { details: false }).message.text.replace(/[*`]/g, ''),
    usually(teamsCard)(message, { details: false }).summary,
  ]

  it('says what happened and who told it by which key, and no word of the agent', () => {
    const told =
      '❗ HIGH · Policy violation · slack.post_message in production · Told by agent-123 with the key Sales key'
    expect(lines(alertMessage(ALERT))).toEqual([told, told])
    const asked =
      '❗ HIGH (0.71) · Approve slack.post_message in production? · Asked by agent-123 with the key Sales key'
    expect(lines(approvalMessage(PENDING))).toEqual([asked, asked])
  })

  it('of our own event says so', () => {
    const ours = '❗ HIGH · Policy violation · Told by Countersign'
    expect(lines(alertMessage({ ...ALERT, key: null, agent: null, tool: null, environment: null }))).toEqual([
      ours,
      ours,
    ])
  })
})
