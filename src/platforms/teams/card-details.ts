// Makes the data of the card that shows one person everything that is to be decided, a page at a time.

import type { Content } from '../content/content.ts'
import { type DetailsPage, detailsOf } from '../content/details.ts'
import type { Subject } from '../content/message.ts'
import { detailsFrom, type Press, press } from './card-buttons.ts'
import { messageData } from './card-message.ts'

type View = Extract<Subject, { kind: 'approval' }>['view']

/** What somebody looks at. */
export interface Looked {
  view: View
  /** From 1; one that is not there is the first. */
  page: number
}

/** Of letters that take three bytes each, with all else on the card, still what Teams takes. */
const CHARACTERS_PER_PAGE = 5000

/** Whether what is shown then is the end of it. */
export function isLastPage(looked: Looked): boolean {
  const { page, pages } = pageOf(looked)
  return page === pages
}

/** `content`: of the card that everybody sees. What decides stands on the last page. */
export function detailsData(content: Content, looked: Looked) {
  const shown = pageOf(looked)
  const { byline, facts, says, payload, digest } = shown
  const { tone, headline, outcome } = content
  const decisions = content.actions.filter(({ kind }) => kind === 'approve' || kind === 'deny')
  return messageData(
    {
      tone,
      headline,
      byline,
      remarks: [[placeOf(shown, decisions.length > 0)]],
      facts,
      ...(says && { says }),
      ...(payload && { payload }),
      reference: ['Digest ', { id: digest }, ' · ', { id: looked.view.id }],
      ...(outcome && { outcome }),
      details: [],
      notes: [],
      whole: true,
      actions: shown.page === shown.pages ? decisions : [],
    },
    ways(looked.view.id, shown),
  )
}

function pageOf({ view, page }: Looked): DetailsPage {
  const pages = detailsOf(view, CHARACTERS_PER_PAGE)
  // There is always one.
  return pages[page - 1] ?? (pages[0] as DetailsPage)
}

function placeOf({ page, pages }: DetailsPage, isOpen: boolean): string {
  const place = pages === 1 ? 'All of it' : `Page ${page} of ${pages}`
  const end = isOpen && page < pages ? '; the buttons are on the last page' : ''
  return `${place}, shown to you alone${end}`
}

function ways(approvalId: string, { page, pages }: DetailsPage): Press[] {
  return [
    ...(page > 1 ? [press('Previous page', detailsFrom(approvalId, page - 1))] : []),
    ...(page < pages ? [press('Next page', detailsFrom(approvalId, page + 1))] : []),
    press('Back to the card', { action: 'back', approval_id: approvalId }),
  ]
}
