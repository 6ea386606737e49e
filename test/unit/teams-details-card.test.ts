// Shows that the pages of the details in Teams hold everything that is to be decided, whatever an agent writes.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { isLastPage } from '../../src/platforms/teams/card-details.ts'
import { type AdaptiveCard, detailsCard } from '../../src/platforms/teams/cards.ts'
import { breaches, nodes, strings } from '../fakes/adaptive-card-rules.ts'
import { EFFORT } from '../fakes/effort.ts'
import {
  acting,
  closed,
  hostileView,
  MARK,
  nested,
  overlong,
  PENDING,
  UNSEEN,
} from '../fakes/hostile-approvals.ts'
import { PHISHING } from '../fakes/phishing-texts.ts'
import { inTeams } from '../fakes/voices.ts'

const MOST_BYTES = 27_000
const OPTIONS = { details: false, interactive: true, dialogs: true, mention: false, removed: false }

const pageOf = (view: ApprovalView, page: number) => detailsCard({ view, page }, OPTIONS)
/** Until one is the last, as somebody turns them. */
function pagesOf(view: ApprovalView): AdaptiveCard[] {
  const pages = [pageOf(view, 1)]
  while (!isLastPage({ view, page: pages.length })) pages.push(pageOf(view, pages.length + 1))
  return pages
}
const under = (card: AdaptiveCard, id: string) =>
  strings(nodes(card).find((node) => node.id === id) ?? {})
    .literal.join('')
    .replaceAll('\u00a0', ' ')
const titlesOf = ({ actions = [] }: AdaptiveCard) =>
  (actions as { title: string }[]).map(({ title }) => title)
const literal = (card: AdaptiveCard) => strings(card).literal.join('')

const LONG = acting({
  summary: 'Pay the suppliers of November.\n'.repeat(400),
  arguments: { rows: Array.from({ length: 400 }, (_, row) => ({ row, to: 'someone', amount: `${row}.00` })) },
})

describe('the pages', () => {
  const pages = pagesOf(LONG)

  it('put together are all that the agent says and all that will run, also where the place leaves it out', () => {
    expect(pages.length).toBeGreaterThan(4)
    const { summary, arguments: args } = LONG.action
    const said = [
      summary.trim(),
      'Reasons: “PII_EGRESS”, “NEW_RECIPIENT”',
      'Calls itself: production-langgraph',
    ]
    expect(pages.map((page) => under(page, 'agent_said')).join('')).toBe(said.join('\n'))
    expect(pages.map((page) => under(page, 'agent_payload')).join('')).toBe(JSON.stringify(args, null, 2))
  })

  it('say which it is, to whom it is shown and, each at its end, the whole digest', () => {
    for (const [index, page] of pages.entries()) {
      expect(literal(page)).toContain(`Page ${index + 1} of ${pages.length}, shown to you alone`)
      expect(literal(page)).toContain(`Digest ${PENDING.digest} · ${PENDING.id}`)
    }
    for (const fact of ['Agent', 'Key', 'Tool', 'Environment', 'Risk', 'Requested by']) {
      expect(literal(pages[0] as AdaptiveCard)).toContain(fact)
    }
  })

  it('lead to one another and back to the card, and only the last decides', () => {
    const turns = ['Previous page', 'Next page', 'Back to the card']
    expect(titlesOf(pages[0] as AdaptiveCard)).toEqual(turns.slice(1))
    expect(titlesOf(pages[1] as AdaptiveCard)).toEqual(turns)
    expect(titlesOf(pages.at(-1) as AdaptiveCard)).toEqual([
      ...['Approve', 'Deny', 'With note…'],
      ...['Previous page', 'Back to the card'],
    ])
    const [back, forth] = nodes(pages[1]).flatMap(({ type, verb, data }) =>
      type === 'Action.Execute' && verb === 'details' ? [data] : [],
    )
    expect([back, forth]).toEqual(
      [1, 3].map((page) => ({ action: 'details', approval_id: PENDING.id, page })),
    )
  })

  it('are one where all of it fits, which then decides', () => {
    const card = pageOf(PENDING, 1)
    expect(isLastPage({ view: PENDING, page: 1 })).toBe(true)
    expect(literal(card)).toContain('All of it, shown to you alone')
    expect(titlesOf(card)).toEqual(['Approve', 'Deny', 'With note…', 'Back to the card'])
  })

  it('begin with the first where one is asked for that is not there', () => {
    expect(pageOf(LONG, 1_000)).toEqual(pages[0])
    expect(isLastPage({ view: LONG, page: 1_000 })).toBe(false)
  })

  it('ask again before a critical one is approved, as the card does', () => {
    const card = pageOf({ ...PENDING, risk: { level: 'critical', score: 1 } }, 1)
    expect(titlesOf(card)[0]).toBe('Approve…')
    expect(breaches(card)).toEqual([])
  })

  it('of what is closed decide nothing, and say how it ended', () => {
    const card = pageOf(closed('denied'), 1)
    expect(titlesOf(card)).toEqual(['Back to the card'])
    expect(literal(card)).toContain('❌ Denied by Ana')
  })
})

describe('whatever an agent sends', () => {
  const fits = (card: AdaptiveCard) => {
    expect(breaches(card)).toEqual([])
    expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(MOST_BYTES)
  }

  it('Teams takes every page, nothing in it is alive, and nothing is unseen', () => {
    fc.assert(
      fc.property(hostileView, fc.integer({ min: 1, max: 12 }), (view, page) => {
        const card = pageOf(view, page)
        const { literal, other } = strings(card)
        fits(card)
        expect(other.join('\n')).not.toContain(MARK)
        expect(other.filter((text) => text.includes('${'))).toEqual([])
        expect(literal.join('\n')).not.toMatch(/\{\{\s*(DATE|TIME)/i)
        expect([...literal, ...other].filter((text) => UNSEEN.test(text))).toEqual([])
      }),
      { numRuns: 25 * EFFORT },
    )
  })

  it.each([
    ['of three bytes', '漢'],
    ['that JSON escapes', '"\\'],
    ['that call a function', '{{DATE'],
    ['that are emoji', '👩‍👩‍👧'],
  ])('a page of signs %s is no longer than Teams takes, beside the longest names', (_, sign) => {
    const text = sign.repeat(4000)
    const { decisions: _votes, ...long } = overlong(sign)
    const view = {
      ...long,
      ...{ status: 'pending' as const, decisions: [], closed_at: null },
      risk: { level: 'critical' as const, score: 1 },
      policy: { version: 1, rule: sign.repeat(100), because: [] },
      action: { ...long.action, summary: text, arguments: { text } },
    }
    const pages = pagesOf(view)
    expect(pages.length).toBeGreaterThan(1)
    for (const page of pages) fits(page)
  })

  it('arguments deeper than JSON.stringify can follow have pages too', () => {
    const card = pageOf(acting({ arguments: { deep: nested(20_000) } }), 2)
    fits(card)
    expect(under(card, 'agent_payload')).toContain(MARK)
  })

  it.each(Object.entries(PHISHING))('it is told in its own voice: %s', (_, words) => {
    const saying = (words: string) =>
      pagesOf({
        ...acting({ summary: words, arguments: { [words]: words } }),
        agent: { ...PENDING.agent, name: words },
        reasons: [words],
      })
    const ours = (cards: AdaptiveCard[]) =>
      new Set(
        cards
          .flatMap((card) => inTeams({ card, summary: '' }))
          .filter(({ voice }) => voice !== 'theirs')
          .map(({ text }) => text.replace(/^(All of it|Page \d+ of \d+)/, 'Page').replace(/;.*$/, '')),
      )
    const usual = ours([...saying('Refund order 7'), pageOf(LONG, 2)])
    for (const text of ours(saying(words))) expect(usual).toContain(text)
  })
})
