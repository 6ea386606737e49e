// Draws the modal that shows all of what is to be decided, page by page: nothing of it is cut.

import type { ActionsBlock, KnownBlock, ModalView, RichTextBlock } from '@slack/types'
import { cut, type DetailsPage, detailsOf } from '../content/details.ts'
import type { Line } from '../content/line.ts'
import { outcomeOf } from '../content/outcome.ts'
import { type CardRef, written } from './card-ref.ts'
import { type Approval, modal } from './modal.ts'
import { context, section, tables } from './parts.ts'
import { literal, preformatted, quotation } from './text.ts'

export const DETAILS_TITLE = 'Details'
/** With all that stands for one character in a request, a press on a page stays well below what we take. */
const CHARACTERS_PER_PAGE = 7200
/** What Slack takes of a text in other blocks; of these it does not say. Three hold a page, also where lines end before. */
const MAX_BLOCK_TEXT = 3000

interface Shown {
  card: CardRef
  /** From 1; behind the last one there is none. */
  page: number
  /** That they have seen the end of it is on record. */
  isSeen: boolean
}

export function detailsModal(view: Approval, { card, page, isSeen }: Shown): ModalView {
  const pages = detailsOf(view, CHARACTERS_PER_PAGE)
  const shown = pages[Math.min(page, pages.length) - 1] as DetailsPage
  const blocks = [
    context([pageLine(shown)]),
    ...tables(shown.facts),
    ...(shown.says ? blocksOf(shown.says.label, shown.says.text, quotation) : []),
    ...(shown.payload ? blocksOf(shown.payload.label, shown.payload.json, preformatted) : []),
    context([['Digest ', { id: shown.digest }]]),
    section(whatNext(view, shown, isSeen)),
    ...(shown.pages > 1 ? [turning(shown)] : []),
  ]
  return modal(DETAILS_TITLE, blocks.map(named(shown.page)), { private_metadata: written(card) })
}

/** Whether what is shown is the end of it. */
export function isLastPage(view: Approval, page: number): boolean {
  return page >= detailsOf(view, CHARACTERS_PER_PAGE).length
}

/** Of each page by itself: Slack keeps what stands under one id. */
function named(page: number) {
  return (block: KnownBlock, index: number): KnownBlock => ({ ...block, block_id: `page_${page}_${index}` })
}

function pageLine({ byline, page, pages }: DetailsPage): Line {
  return pages === 1 ? byline : [{ strong: `Page ${page} of ${pages}` }, ' · ', ...byline]
}

function blocksOf(
  label: string,
  text: string,
  draw: (label: string, text: string) => RichTextBlock,
): RichTextBlock[] {
  return cut(text, MAX_BLOCK_TEXT).map((piece, index) =>
    draw(index === 0 ? label : `${label}, continued`, piece),
  )
}

function whatNext(view: Approval, { page, pages }: DetailsPage, isSeen: boolean): Line {
  const { outcome } = outcomeOf(view)
  if (outcome) return outcome
  if (isSeen) return [{ strong: 'You have seen all of it.' }, ' You may press Approve on the card now.']
  if (page === pages) return ['This is all of it.']
  return ['There is more: Approve counts once you have been on the last page.']
}

function turning({ page, pages }: DetailsPage): ActionsBlock {
  const button = (id: string, label: string, to: number) =>
    ({ type: 'button', action_id: id, text: literal(label), value: String(to) }) as const
  return {
    type: 'actions',
    elements: [
      ...(page > 1 ? [button('previous_page', 'Previous', page - 1)] : []),
      ...(page < pages ? [button('next_page', 'Next', page + 1)] : []),
    ],
  }
}
