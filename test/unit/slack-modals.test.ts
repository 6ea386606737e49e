// Shows that what Slack opens tells all of it, in two voices, and takes back only what we wrote into it.

import type { ActionsBlock } from '@slack/types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ApprovalView, Verdict } from '../../src/approvals/view.ts'
import { type CardRef, cardRefIn, noteRefIn, written } from '../../src/platforms/slack/card-ref.ts'
import { detailsModal, isLastPage } from '../../src/platforms/slack/details-modal.ts'
import { loadingModal, refusalModal } from '../../src/platforms/slack/modal.ts'
import { noteModal } from '../../src/platforms/slack/note-modal.ts'
import { alive, modalBreaches, strings } from '../fakes/block-kit-rules.ts'
import { acting, closed, hostileView, PENDING, UNSEEN } from '../fakes/hostile-approvals.ts'

const CARD: CardRef = { approvalId: PENDING.id, channelId: 'C0123456789', ts: '1767225600.000100' }
const LONG = { rows: Array.from({ length: 400 }, (_, row) => ({ row, name: `somebody “${row}”` })) }

const noteFor = (view: ApprovalView, verdict: Verdict = 'approve') => noteModal(view, { ...CARD, verdict })
const pageOf = (view: ApprovalView, page: number, isSeen = false) =>
  detailsModal(view, { card: CARD, page, isSeen })
const fieldOf = (view: ApprovalView, verdict?: Verdict) =>
  noteFor(view, verdict).blocks.find(({ type }) => type === 'input')
const says = (modal: object, text: string) => JSON.stringify(modal).includes(text)

/** Behind the last one there is none. */
const lastOf = (view: ApprovalView) => pageOf(view, Number.MAX_SAFE_INTEGER)

function pagesOf(view: ApprovalView) {
  const [, count = '1'] = /Page \d+ of (\d+)/.exec(JSON.stringify(lastOf(view))) ?? []
  return Array.from({ length: Number(count) }, (_, index) => pageOf(view, index + 1))
}

/** In quotation or in a box, under each label. */
function quotedIn(modal: object): string[] {
  const { blocks } = modal as { blocks: { type: string; elements: { elements: { text: string }[] }[] }[] }
  const rich = blocks.filter(({ type }) => type === 'rich_text')
  return rich.map(({ elements }) => elements[1]?.elements[0]?.text ?? '')
}

describe('the modal for a note', () => {
  it('shows what is decided, with all of the digest, and asks for at most 2,000 characters', () => {
    const modal = noteFor(PENDING)
    expect(modalBreaches(modal)).toEqual([])
    expect([modal.title.text, modal.submit?.text]).toEqual(['Approve with note', 'Approve'])
    const { markup } = strings(modal)
    expect(markup[0]).toBe('*❗ HIGH (0.71) · Approve* `slack.post_message` in `production`?')
    for (const known of [
      '`agent-123`',
      'Sales key',
      '`slack.post_message`',
      'HIGH (0.71)',
      `Digest \`${PENDING.digest}\``,
    ])
      expect(markup).toContain(known)
    expect(fieldOf(PENDING)).toMatchObject({ optional: true, element: { max_length: 2000, multiline: true } })
    // What others wrote is on the card.
    expect(JSON.stringify(modal)).not.toMatch(/weekly|sales"/)
  })

  it('wants a note where the policy does, for that verdict', () => {
    const view = { ...PENDING, review: { ...PENDING.review, note_required: ['deny' as const] } }
    expect(fieldOf(view, 'approve')).toMatchObject({ optional: true })
    expect(fieldOf(view, 'deny')).toMatchObject({ optional: false })
    expect(noteFor(view, 'deny').submit?.text).toBe('Deny')
  })

  it('warns who approves what is critical, as the card would', () => {
    const critical = { ...PENDING, risk: { level: 'critical', score: null } } as const
    const warning = 'Approve it only if you have read all of its arguments.'
    expect(says(noteFor(critical), warning)).toBe(true)
    expect(says(noteFor(critical, 'deny'), warning)).toBe(false)
    expect(says(noteFor(PENDING), warning)).toBe(false)
  })
})

describe('the pages of the details', () => {
  it('are all of it, put together, each with who asks, where one is, and the whole digest', () => {
    const view = acting({ arguments: LONG, summary: 'a word '.repeat(1500) })
    const pages = pagesOf(view)
    expect(pages.length).toBeGreaterThan(4)
    const quoted = pages.flatMap(quotedIn).join('')
    expect(quoted).toContain('a word '.repeat(1500).trim())
    expect(quoted.slice(quoted.indexOf('{'))).toBe(JSON.stringify(LONG, null, 2))
    for (const [index, page] of pages.entries()) {
      expect(modalBreaches(page)).toEqual([])
      expect(says(page, `*Page ${index + 1} of ${pages.length}* · Asked by`)).toBe(true)
      expect(says(page, PENDING.digest)).toBe(true)
      expect(quotedIn(page).filter((text) => text.length > 3000)).toEqual([])
      // A press on it comes back with all of it, each character as up to nine.
      expect(encodeURIComponent(JSON.stringify(page)).length).toBeLessThan(128_000)
    }
  })

  it('lead on and back, and behind the last one there is none', () => {
    const view = acting({ arguments: LONG })
    const turns = (page: number) => {
      const buttons = pageOf(view, page).blocks.find(({ type }) => type === 'actions') as ActionsBlock
      return buttons.elements.map((one) => [one.action_id, 'value' in one && one.value])
    }
    const count = pagesOf(view).length
    expect(turns(1)).toEqual([['next_page', '2']])
    expect(turns(2)).toEqual([
      ['previous_page', '1'],
      ['next_page', '3'],
    ])
    expect(turns(count)).toEqual([['previous_page', `${count - 1}`]])
    expect(lastOf(view).blocks.length).toBe(pageOf(view, count).blocks.length)
    expect([isLastPage(view, count - 1), isLastPage(view, count)]).toEqual([false, true])
    expect(pageOf(PENDING, 1).blocks.filter(({ type }) => type === 'actions')).toEqual([])
  })

  it('say what is to be done next, only at the end and once it is on record that Approve counts', () => {
    const view = acting({ arguments: LONG })
    const last = pagesOf(view).length
    const ready = 'You may press Approve on the card now.'
    expect(says(pageOf(view, 1), 'There is more: Approve counts once you have been on the last page.')).toBe(
      true,
    )
    expect(says(pageOf(view, last), 'There is more')).toBe(false)
    expect(says(pageOf(view, last), ready)).toBe(false)
    expect(says(pageOf(view, last, true), ready)).toBe(true)
    expect(says(pageOf(closed('denied'), 1, true), ready)).toBe(false)
    expect(says(pageOf(closed('denied'), 1), '*❌ Denied by* Ana')).toBe(true)
  })
})

describe('whatever an agent sends', () => {
  it('Slack takes every modal, and nothing of others is alive, unseen or outside its box', () => {
    const draw = fc.constantFrom<(view: ApprovalView) => object>(
      (view) => noteFor(view, 'approve'),
      (view) => noteFor(view, 'deny'),
      (view) => pageOf(view, 1),
      (view) => pageOf(view, 2),
      lastOf,
    )
    fc.assert(
      fc.property(hostileView, draw, (view, draw) => {
        const modal = draw(view)
        const { markup, literal, urls } = strings(modal)
        expect(modalBreaches(modal)).toEqual([])
        expect(markup.map(alive).join('')).toBe('')
        expect([...markup, ...literal].filter((text) => UNSEEN.test(text))).toEqual([])
        expect(urls).toEqual([])
      }),
    )
  })
})

describe('what is written into a modal', () => {
  it('is read back, and nothing else is', () => {
    const note = { ...CARD, destinationId: 'dst_01kaf3q2m8e7s9v4w6x8y0z1b3', verdict: 'deny' } as const
    expect(cardRefIn(written(CARD))).toEqual(CARD)
    expect(noteRefIn(written(note))).toEqual(note)
    expect(written({ ...note, channelId: 'C'.repeat(50) }).length).toBeLessThan(3000)
    const others = [
      CARD,
      { ...note, verdict: 'withdraw' },
      { ...note, ts: '1' },
      { ...note, more: 1 },
      [note],
      null,
    ]
    for (const other of others) expect(noteRefIn(JSON.stringify(other))).toBeUndefined()
  })

  it('is never anything else that somebody could write there', () => {
    const field = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...Object.values(CARD)),
      fc.jsonValue(),
    )
    const ref = fc.record({ approvalId: field, channelId: field, ts: field }, { requiredKeys: [] })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          ref.map((one) => JSON.stringify(one)),
        ),
        (metadata) => {
          const read = cardRefIn(metadata)
          if (read) expect(JSON.stringify(read)).toMatch(/^[\w{}":,.]+$/)
        },
      ),
    )
  })
})

it('an empty modal and a refusal are modals too', () => {
  for (const modal of [
    loadingModal('Details'),
    refusalModal('Details', { text: 'Already denied', first: '<@U1> *x*' }),
  ])
    expect(modalBreaches(modal)).toEqual([])
  const refusal = refusalModal('Details', { text: 'Already denied', first: '<@U1> *x*' })
  expect(strings(refusal).markup).toEqual([':warning: Already denied by `&lt;@U1&gt; *x*`'])
})
