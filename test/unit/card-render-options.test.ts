// Shows that every card has only the details and buttons, and calls only the people, that its destination wants.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ApprovalView, STATUSES } from '../../src/approvals/view.ts'
import { alertMessage as discordAlert } from '../../src/platforms/discord/alert-message.ts'
import { approvalMessage as discordApproval } from '../../src/platforms/discord/approval-message.ts'
import { digestMessage as discordDigest } from '../../src/platforms/discord/digest-message.ts'
import { alertCard as slackAlert } from '../../src/platforms/slack/alert-card.ts'
import { approvalCard as slackApproval } from '../../src/platforms/slack/approval-card.ts'
import { digestCard as slackDigest } from '../../src/platforms/slack/digest-card.ts'
import {
  alertCard as teamsAlert,
  approvalCard as teamsApproval,
  digestCard as teamsDigest,
  alertSummary as teamsLine,
} from '../../src/platforms/teams/cards.ts'
import { alertMessage as telegramAlert } from '../../src/platforms/telegram/alert-message.ts'
import { approvalMessage as telegramApproval } from '../../src/platforms/telegram/approval-message.ts'
import { digestMessage as telegramDigest } from '../../src/platforms/telegram/digest-message.ts'
import { readMessage as readDiscord } from '../../src/sandbox/discord/message-rules.ts'
import { readMessage as readTelegram } from '../../src/sandbox/telegram/message-rules.ts'
import * as adaptive from '../fakes/adaptive-card-rules.ts'
import * as blockKit from '../fakes/block-kit-rules.ts'
import { acting, type Closed, closed, hostileView, PENDING } from '../fakes/hostile-approvals.ts'
import { ALERT, CALLS, hostileEvent } from '../fakes/hostile-events.ts'
import { usually } from '../fakes/render-options.ts'

const json = (value: unknown) => JSON.parse(JSON.stringify(value))
const refusedBy = (taken: object) => ('refused' in taken ? [taken.refused] : [])

const SLACK = {
  name: 'Slack',
  approval: usually(slackApproval),
  alert: usually(slackAlert),
  digest: usually(slackDigest),
  refusals: blockKit.breaches,
  buttons: ['Approve', 'Deny', 'View in Console'],
}
const TEAMS = {
  name: 'Teams',
  approval: usually(teamsApproval),
  alert: usually(teamsAlert),
  digest: usually(teamsDigest),
  refusals: adaptive.breaches,
  buttons: ['Approve', 'Deny', 'View in Console'],
}
const DISCORD = {
  name: 'Discord',
  approval: usually(discordApproval),
  alert: usually(discordAlert),
  digest: usually(discordDigest),
  refusals: (message: object) => refusedBy(readDiscord(json(message), true)),
  buttons: ['View in Console'],
}
const TELEGRAM = {
  name: 'Telegram',
  approval: usually(telegramApproval),
  alert: usually(telegramAlert),
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

describe.each(SURFACES)('in $name', ({ approval, alert, refusals, buttons }) => {
  it.each([SECRETIVE, ...OUTCOMES.map(secretive)])(
    'an approval without details has none: $status',
    (view) => {
      const card = approval(view, { details: false })
      const shown = JSON.stringify(card)
      expect(refusals(card)).toEqual([])
      expect(shown).not.toContain(SECRET)
      const { agent, action } = view
      for (const known of [agent.name, action.tool, action.environment, 'HIGH', view.id]) {
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
    for (const known of ['support-bot', ALERT.tool, ALERT.type, ALERT.environment, 'HIGH', ALERT.id]) {
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
    surface.approval(hostileApproval, options),
    surface.approval({ ...hostileApproval, ...closed('denied', HOSTILE, HOSTILE) }, options),
    surface.alert(hostileAlert, options),
    surface.digest({ events: [hostileAlert] }, options),
  ]

  it('in Slack by the line that notifies, once, and only when it was said', () => {
    const lines = (options: { mention?: boolean }) =>
      drawn(SLACK, options).map((card) => (card as { text: string }).text)
    const [called, uncalled] = [lines(calling), lines({})]
    expect(called).toEqual(uncalled.map((line) => `<!channel> ${line}`))
    expect(uncalled.join('\n')).not.toMatch(/<[!@#]|@\w/)
    for (const card of drawn(SLACK, calling)) {
      const { markup } = blockKit.strings(card)
      expect(markup.join('\n').replace(/<!date\^/g, '')).not.toMatch(/<[!@#]|@\w/)
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
  const bare = { details: false, interactive: true, mention: false }

  it('names the agent, if there is one', () => {
    expect(slackAlert(ALERT, bare).text).toBe('Policy violation: support-bot')
    expect(slackAlert({ ...ALERT, agent: null }, bare).text).toBe('Policy violation')
    expect(teamsLine(ALERT, bare)).toBe('Policy violation: support-bot')
    expect(teamsLine({ ...ALERT, agent: null }, bare)).toBe('Policy violation')
  })
})
