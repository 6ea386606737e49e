// Shows what one person alone is told: one line and a link, in our words, whatever an agent sends.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventType } from '../../src/events/catalogue.ts'
import { plain } from '../../src/platforms/content/line.ts'
import { noticeOf } from '../../src/platforms/content/notice.ts'
import { noticeMessage } from '../../src/platforms/slack/notice-message.ts'
import { noticeCard } from '../../src/platforms/teams/notice-card.ts'
import {
  breaches as breachesInTeams,
  nodes,
  strings as stringsInTeams,
} from '../fakes/adaptive-card-rules.ts'
import { alive, breaches, strings } from '../fakes/block-kit-rules.ts'
import { acting, closed, hostileView, MARK, overlong, PENDING, UNSEEN } from '../fakes/hostile-approvals.ts'
import { PHISHING } from '../fakes/phishing-texts.ts'
import { EVENT } from '../fakes/told-messages.ts'
import { type Heard, inSlack, inTeams } from '../fakes/voices.ts'

const DETAILS = { includeDetails: true }
const TYPES = ['approval.requested', 'approval.reminded', 'approval.escalated', 'approval.decided'] as const
const LINK = `<${PENDING.url}|Open>`
const AT_START = Date.parse(PENDING.created_at)

function lineOf(view: ApprovalView, type: EventType = 'approval.requested', now = AT_START, to = DETAILS) {
  return noticeOf({ view, event: { ...EVENT, type } }, to, now)
}
const words = (...given: Parameters<typeof lineOf>) => plain(lineOf(...given))
const slackVoices = (view: ApprovalView, type: EventType) => {
  const { text, blocks } = noticeMessage(lineOf(view, type))
  return inSlack({ text, attachments: [{ color: '', blocks }] } as never)
}
/** The card: the summary is a line for notifications, in which nothing is set apart. */
const teamsVoices = (view: ApprovalView, type: EventType) =>
  inTeams({ ...noticeCard(lineOf(view, type)), summary: '' })

describe('one line', () => {
  const WHAT = 'slack.post_message in production'
  it.each([
    ['approval.requested', PENDING, `${WHAT} waits for your approval, 60 minutes left · Open`],
    ['approval.reminded', PENDING, `Reminder: ${WHAT} still waits for your approval, 60 minutes left · Open`],
    ['approval.escalated', PENDING, `You are asked too: ${WHAT} waits for approval, 60 minutes left · Open`],
    ['approval.decided', closed('approved'), `Asked in your name: ${WHAT} · ✅ Approved by Ana · Open`],
    [
      'approval.decided',
      closed('denied', 'Ana Ruiz', 'not today'),
      `Asked in your name: ${WHAT} · ❌ Denied by Ana Ruiz: “not today” · Open`,
    ],
    [
      'approval.expired',
      closed('expired'),
      `Asked in your name: ${WHAT} · ⌛ Expired, nobody decided in time · Open`,
    ],
  ] as const)('says of %s what there is to know', (type, view, line) => {
    expect(words(view, type)).toBe(line)
  })

  it('names no environment where there is none', () => {
    expect(words(acting({ environment: null }))).toMatch(/^slack\.post_message waits for/)
  })

  it.each([
    [3 * 86_400_000 + 1, '3 days'],
    [2 * 86_400_000 - 1, '47 hours'],
    [90 * 60_000, '90 minutes'],
    [12 * 60_000 + 59_999, '12 minutes'],
    [60_000, '1 minute'],
    [59_999, 'less than a minute'],
    [-1, 'less than a minute'],
  ])('%i ms before its end it says %s', (ms, left) => {
    expect(words(PENDING, 'approval.requested', Date.parse(PENDING.expires_at) - ms)).toContain(
      `, ${left} left`,
    )
  })

  it('leaves a note out where details may not stand', () => {
    const view = closed('denied', 'Ana', 'not today')
    expect(words(view, 'approval.decided', AT_START, { includeDetails: false })).toMatch(
      /Denied by Ana · Open$/,
    )
  })

  it('leads to the approval alone, in Slack and in Teams', () => {
    const { text, blocks } = noticeMessage(lineOf(PENDING))
    const line = `\`slack.post_message\` in \`production\` waits for your approval, 60 minutes left · ${LINK}`
    expect([text, blocks]).toEqual([
      line,
      [{ type: 'section', text: { type: 'mrkdwn', text: line, verbatim: true } }],
    ])
    const { card, summary } = noticeCard(lineOf(PENDING))
    expect(summary).toBe(words(PENDING))
    expect(
      nodes(card)
        .filter(({ type }) => type !== 'TextRun')
        .map(({ type }) => type),
    ).toEqual(['AdaptiveCard', 'RichTextBlock', 'Action.OpenUrl'])
    expect(nodes(card)).toContainEqual({ type: 'Action.OpenUrl', url: PENDING.url })
  })
})

describe('whatever an agent sends', () => {
  const oursIn = (heard: Heard[]) => heard.filter(({ voice }) => voice === 'ours').map(({ text }) => text)
  const idsAndQuotes = (view: ApprovalView, text: string): ApprovalView => ({
    ...view,
    agent: { id: text, name: text },
    action: { tool: text, environment: text, summary: text, arguments: { [text]: text } },
    reasons: [text],
    decisions: view.decisions.map((vote) => ({ ...vote, note: text })),
  })

  it.each(Object.entries(PHISHING))('our words stay the same: %s', (_, text) => {
    for (const [view, type] of [
      [PENDING, 'approval.requested'],
      [closed('denied', 'Ana', 'no'), 'approval.decided'],
    ] as const) {
      for (const voices of [slackVoices, teamsVoices]) {
        const innocent = oursIn(voices(idsAndQuotes(view, 'x'), type))
        expect(oursIn(voices(idsAndQuotes(view, text), type))).toEqual(innocent)
      }
    }
  })

  it('Slack and Teams take it, nothing is alive or unseen, and nothing that the agent wrote is in it', () => {
    const quiet = { summary: 'prose', reasons: 'prose', name: 'prose' }
    fc.assert(
      fc.property(hostileView, fc.constantFrom(...TYPES), (view, type) => {
        const said = {
          ...view,
          agent: { ...view.agent, name: quiet.name },
          action: { ...view.action, summary: quiet.summary },
          reasons: [quiet.reasons],
        }
        const line = lineOf(said, type)
        const { text, ...inSlackToo } = noticeMessage(line)
        const { markup, urls } = strings(inSlackToo)
        expect(breaches({ text, ...inSlackToo })).toEqual([])
        expect([text, ...markup].map((one) => alive(one.replace(LINK, ''))).join('')).toBe('')
        expect(urls).toEqual([])
        const { card, summary } = noticeCard(line)
        const { literal, other } = stringsInTeams(card)
        expect(breachesInTeams(card)).toEqual([])
        expect(other.join('\n')).not.toContain(MARK)
        expect(literal.join('\n')).not.toMatch(/\{\{\s*(DATE|TIME)/i)
        const all = [text, ...markup, summary, ...literal, ...other]
        expect(all.filter((one) => UNSEEN.test(one) || one.includes('prose'))).toEqual([])
      }),
    )
  })

  it.each(['x', '&', '漢', '`', '"'])('the longest names and notes have room: %s', (sign) => {
    const line = lineOf(overlong(sign), 'approval.decided')
    expect(breaches(noticeMessage(line))).toEqual([])
    expect(breachesInTeams(noticeCard(line).card)).toEqual([])
  })
})
