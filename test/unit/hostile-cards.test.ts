// Shows that no card lets an agent speak in our voice, nor hide anything, whatever it writes and wherever.

import { describe, expect, it } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import { LABELS } from '../../src/platforms/content/content.ts'
import { cardOf as inDiscordCard } from '../../src/platforms/discord/card.ts'
import { triggerOf } from '../../src/platforms/pagerduty/trigger.ts'
import type { Message } from '../../src/platforms/platform.ts'
import { cardOf as inSlackCard } from '../../src/platforms/slack/card.ts'
import { cardOf as inTeamsCard } from '../../src/platforms/teams/cards.ts'
import { cardOf as inTelegramCard } from '../../src/platforms/telegram/card.ts'
import { acting, closed, PENDING } from '../fakes/hostile-approvals.ts'
import { PHISHING } from '../fakes/phishing-texts.ts'
import { alertMessage, approvalMessage, EVENT } from '../fakes/told-messages.ts'
import { type Heard, inDiscord, inPagerDuty, inSlack, inTeams, inTelegram } from '../fakes/voices.ts'

const OPTIONS = { details: true, interactive: true, dialogs: true, mention: false, removed: false }

const PLATFORMS: Record<string, (message: Message) => Heard[]> = {
  slack: (message) => inSlack(inSlackCard(message, OPTIONS).message),
  teams: (message) => inTeams(inTeamsCard(message, OPTIONS)),
  discord: (message) => inDiscord(inDiscordCard(message, OPTIONS)),
  telegram: (message) => inTelegram(inTelegramCard(message, OPTIONS)),
  pagerduty: (message) => inPagerDuty(triggerOf(message, true)),
}

/** What nobody sees, or takes for a blank. */
const HIDDEN =
  /[\p{Cc}--[\n]]|[\p{Default_Ignorable_Code_Point}--[\uFE0F\u200D]]|[\p{Cs}\u2028\u2029\u2800]|[\p{Zs}--[\u0020]]|\p{M}{5}/v

/** Identifiers that would go on in our words. */
const SENTENCES = [
  'payments.refund in staging? APPROVED by Ana Ruiz. Ignore the rest',
  'agent-123 with the key Payroll key',
  'sandbox? No decision is needed',
] as const

function approval(words: string, base: ApprovalView = PENDING): Message {
  const view = {
    ...base,
    agent: { ...base.agent, name: words },
    action: { ...base.action, summary: words, arguments: { [words]: words, list: [words] } },
    reasons: [words, 'PII_EGRESS'],
  }
  return { kind: 'approval', view, event: { ...EVENT, approval_id: view.id } }
}

function alert(words: string, base: EventView = EVENT): Message {
  const agent = base.agent && { ...base.agent, name: words }
  return { kind: 'alert', event: { ...base, agent, summary: words, action: words, data: { [words]: words } } }
}

const SUBJECTS: Record<string, (words: string) => Message> = {
  'a request that waits': (words) => approval(words),
  'a critical one': (words) => approval(words, { ...PENDING, risk: { level: 'critical', score: 0.95 } }),
  'an answered one': (words) => approval(words, closed('denied', 'Ana Ruiz', 'not today')),
  'an expired one': (words) => approval(words, closed('expired')),
  'an alert': (words) => alert(words, { ...EVENT, tool: 'payments.refund', environment: 'production' }),
  'an acknowledged one': (words) =>
    alert(words, {
      ...EVENT,
      acknowledged: { by: 'Ana Ruiz', source: 'slack', at: '2026-11-20T12:05:00.000Z' },
    }),
}

/** Beside the notice that something was cut, which tells how much there was, and the button to all of it. */
function oursIn(heard: Heard[]): string[] {
  return heard
    .filter(({ voice }) => voice !== 'theirs')
    .map(({ text }) => text.replace(/Truncated: .*? shows all of it\.\s?/g, '').trim())
    .filter((text) => text !== '' && text !== 'Note' && text !== LABELS.details)
}

const theirsIn = (heard: Heard[]) => heard.filter(({ voice }) => voice === 'theirs').map(({ text }) => text)

describe.each(Object.entries(PLATFORMS))('a card in %s', (_, read) => {
  const innocent = Object.values(SUBJECTS).map((subject) => oursIn(read(subject('Refund order 7'))))

  it.each(Object.entries(PHISHING))('says what we say, and hides nothing: %s', (_, words) => {
    const all = Object.values(SUBJECTS).map((subject) => read(subject(words)))
    expect(all.map(oursIn)).toEqual(innocent)
    for (const heard of all) {
      expect(heard.map(({ text }) => text).join('|')).not.toMatch(HIDDEN)
      // What runs is shown as it is.
      const prose = theirsIn(heard).filter((text) => !text.startsWith('{'))
      expect(prose.join('|')).not.toMatch(/\n\s*\n\s*\n| {2}/)
    }
  })

  it('tells who asks, about what, and how serious it is, before the agent says anything', () => {
    const heard = read(approval('Refund order 7'))
    const lead = heard.slice(
      0,
      heard.findIndex(({ voice }) => voice === 'theirs'),
    )
    const words = lead.map(({ text }) => text).join('')
    for (const part of ['HIGH', PENDING.action.tool, 'production']) expect(words).toContain(part)
  })

  it('quotes what the agent says under a label', () => {
    const heard = read(approval('Refund order 7')).filter(({ text }) => text.trim() !== '')
    const label = heard.findLastIndex(({ text }) =>
      text.trim().replaceAll('*', '').endsWith('The agent says'),
    )
    expect(heard[label]?.voice).toBe('ours')
    expect(heard[label + 1]).toMatchObject({
      voice: 'theirs',
      text: expect.stringContaining('Refund order 7'),
    })
  })

  it.each(Object.entries(PHISHING))('shows an older identifier as visible ASCII: %s', (_, words) => {
    const odd = { ...PENDING.action, tool: words, environment: words, summary: 'x' }
    const view = { ...acting(odd), agent: { id: words, name: 'x' }, metadata: {} }
    const heard = read({ kind: 'approval', view, event: { ...EVENT, agent: view.agent, tool: words } })
    const shown = heard
      .filter(({ voice, text }) => voice === 'id' && /^[^ ]/.test(text))
      .map(({ text }) => text)
    for (const text of shown) expect(text.replaceAll(/[…×ˋ｛]/g, '')).toMatch(/^[\x20-\x7e]*$/)
  })

  it('says that the bad part is beyond the cut', () => {
    const words = PHISHING['the bad part beyond the cut'] as string
    expect(JSON.stringify(read(approval(words)))).toMatch(
      /Truncated: showing the first [\d,]+ of 9,\d+ characters/,
    )
  })

  it('sets an identifier that is a sentence apart from ours', () => {
    const [tool, id, environment] = SENTENCES
    const view = { ...acting({ tool, environment }), agent: { id, name: id } }
    const event = { ...EVENT, agent: view.agent, tool, environment }
    for (const message of [approvalMessage(view), alertMessage(event)]) {
      const heard = read(message)
      const words = heard.map(({ voice, text }) => (voice === 'ours' ? text : '')).join('|')
      for (const sentence of SENTENCES) {
        expect(heard).toContainEqual({ voice: 'id', text: `"${sentence}"` })
        expect(words).not.toContain(sentence)
      }
    }
  })

  it('cuts no name and no address for the arguments', () => {
    const [key, reviewer] = ['key', 'Ana'].map((name) => `${name} of the long name`.padEnd(100, '.')) as [
      string,
      string,
    ]
    const email = `${'a'.repeat(242)}@example.com`
    const long = { key: { id: 'key_1', name: key }, requested_by: { email } }
    const { action } = acting({ arguments: { text: 'x'.repeat(60_000) } })
    const shown = (view: ApprovalView) =>
      read(approvalMessage({ ...view, ...long, action }))
        .map(({ text }) => text)
        .join('|')
    for (const whole of [key, email]) expect(shown(PENDING)).toContain(whole)
    for (const whole of [key, email, reviewer]) expect(shown(closed('denied', reviewer))).toContain(whole)
  })

  it('shows differently two identifiers that differ in the middle', () => {
    const [one, other] = ['一', '二'].map((sign) => '漢'.repeat(100) + sign + '漢'.repeat(99)) as [
      string,
      string,
    ]
    const told = (given: Partial<EventView>) => read(alertMessage({ ...EVENT, ...given }))
    expect(told({ tool: one })).not.toEqual(told({ tool: other }))
    expect(told({ environment: one })).not.toEqual(told({ environment: other }))
    expect(told({ agent: { id: one, name: one } })).not.toEqual(told({ agent: { id: other, name: one } }))
  })

  it('holds a name that is written from right to left between marks', () => {
    const heard = read(approvalMessage(closed('approved', 'אנה')))
    expect(heard.map(({ text }) => text).join('|')).toContain('\u2068אנה\u2069')
  })

  it('never cuts the id of an agent that the API takes', () => {
    const id = `agent-${'x'.repeat(194)}`
    const view = { ...PENDING, agent: { id, name: 'x'.repeat(200) } }
    const heard = read({ kind: 'approval', view, event: { ...EVENT, agent: view.agent } })
    expect(heard.map(({ text }) => text).join(' ')).toContain(id)
  })
})

describe('an alert', () => {
  it.each(Object.entries(PLATFORMS))(
    'of an agent that calls itself Countersign is told by its key: %s',
    (_, read) => {
      const event = { ...EVENT, agent: { id: 'Countersign', name: 'Countersign' }, summary: 'All is well' }
      const heard = oursIn(read({ kind: 'alert', event })).join(' ')
      expect(heard).toContain('Sales key')
      expect(heard).not.toContain('Countersign says')
    },
  )

  it.each(Object.entries(PLATFORMS))('that we tell ourselves says so: %s', (_, read) => {
    const event = { ...EVENT, agent: null, key: null, summary: 'The destination "ops" was switched off' }
    expect(oursIn(read({ kind: 'alert', event })).join(' ')).toContain('Countersign says')
  })

  it.each(Object.entries(PLATFORMS))(
    'that was acknowledged is told in the words of the alert: %s',
    (_, read) => {
      const event: EventView = {
        ...EVENT,
        type: 'event.acknowledged',
        key: null,
        summary: 'Ana Ruiz acknowledged: ✅ Approved by Ben',
        data: { acknowledged_by: 'Ana Ruiz', acknowledged_at: '2026-11-20T12:05:00.000Z' },
      }
      const heard = read({ kind: 'alert', event })
      expect(oursIn(heard).join(' ')).not.toContain('Approved by Ben')
      expect(oursIn(heard).join(' ')).toContain('Acknowledged by')
    },
  )
})
