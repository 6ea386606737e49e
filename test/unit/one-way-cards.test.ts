// Shows that a card where nobody can press tells what is missing and which rule asks, and has nothing but its link.

import { describe, expect, it } from 'vitest'
import { cardOf as discordCard } from '../../src/platforms/discord/card.ts'
import { triggerOf } from '../../src/platforms/pagerduty/trigger.ts'
import type { Message } from '../../src/platforms/platform.ts'
import { LINKS } from '../../src/platforms/render-options.ts'
import { cardOf as teamsCard } from '../../src/platforms/teams/cards.ts'
import { cardOf as telegramCard } from '../../src/platforms/telegram/card.ts'
import { breaches } from '../fakes/adaptive-card-rules.ts'
import { acting } from '../fakes/hostile-approvals.ts'
import { approvalMessage } from '../fakes/told-messages.ts'
import { type Heard, inDiscord, inPagerDuty, inTeams, inTelegram } from '../fakes/voices.ts'

const OPTIONS = { details: true, ...LINKS, mention: false, removed: false }
const ASKED = approvalMessage({
  // What does not fit must be opened elsewhere.
  ...acting({ arguments: { text: 'x'.repeat(60_000) } }),
  risk: { level: 'critical', score: 1 },
  progress: [
    { requirement: 'payments', approved: [{ id: 'per_1', name: 'Ana' }], missing: 1 },
    { requirement: 'security', approved: [], missing: 1 },
  ],
  policy: { version: 3, rule: 'large refunds', because: ['to.domain is missing'] },
  review: {
    note_required: ['approve', 'deny'],
    details_must_be_opened: true,
    escalation: { to: 'oncall', at: '2026-11-20T12:10:00.000Z', done: true },
    added: [{ name: 'Ben', group: 'payments', at: '2026-11-20T12:06:00.000Z' }],
  },
})

const PLACES: Record<string, (message: Message) => Heard[]> = {
  Discord: (message) => inDiscord(discordCard(message, OPTIONS)),
  Telegram: (message) => inTelegram(telegramCard(message, OPTIONS)),
  PagerDuty: (message) => inPagerDuty(triggerOf(message, true)),
  'a webhook of Workflows': (message) => inTeams(teamsCard(message, OPTIONS)),
}

describe.each(Object.entries(PLACES))('in %s', (_, read) => {
  const heard = read(ASKED)
  const words = heard.map(({ text }) => text).join('')

  it('it says how far each requirement is met, which rule asks and why, and who else is asked', () => {
    for (const part of [
      '1 of 2 payments: Ana · 0 of 1 security',
      'large refunds',
      'The rule applies because “to.domain is missing”',
      'Members of oncall are asked too since ',
      'An admin added Ben to payments after this was asked, at ',
    ]) {
      expect(words).toContain(part)
    }
  })

  it('what it names of the arguments is set apart from our words', () => {
    const named = heard.filter(({ text }) => text.includes('to.domain'))
    expect(named.map(({ voice }) => voice)).toEqual(['theirs'])
  })
})

it('a card by a webhook has its link alone, whatever is asked of reviewers', () => {
  const { card } = teamsCard(ASKED, OPTIONS)
  expect(card.actions).toEqual([expect.objectContaining({ type: 'Action.OpenUrl' })])
  expect(JSON.stringify(card)).not.toMatch(/Action\.(Execute|Submit|ShowCard|ToggleVisibility)|Input\./)
  expect(breaches(card)).toEqual([])
})

it('one in Discord and one in Telegram have theirs', () => {
  const { components } = discordCard(ASKED, OPTIONS) as { components: { components: object[] }[] }
  expect(components.flatMap((row) => row.components)).toHaveLength(1)
  const { reply_markup } = telegramCard(ASKED, OPTIONS) as { reply_markup: { inline_keyboard: object[][] } }
  expect(reply_markup.inline_keyboard.flat()).toEqual([expect.objectContaining({ url: expect.any(String) })])
})
