// @ts-check
// Has anybody been shown the card? A warning as long as no destination has taken it, with what became of it there.

import { el } from './dom.js'
import { revealed } from './revealed.js'

/** @typedef {import('../../approvals/view.ts').ApprovalView} ApprovalView */

/** Others are codes of platforms. */
const WORDS = /** @type {Record<string, string>} */ ({
  waiting: 'still waiting',
  disabled: 'switched off',
  no_destination: 'none where people see cards hears of it',
})

/** Empty while nothing is known against it. @param {ApprovalView} view */
export function drawReach({ status, reached, unreached_reasons }) {
  const props = { id: 'reach', class: 'failure', 'data-testid': 'reach', hidden: reached }
  if (reached) return el('p', props)
  const has = status === 'pending' ? 'has' : 'had'
  const reasons = unreached_reasons.flatMap(({ destination, reason }, at) => [
    at === 0 ? '' : '; ',
    ...revealed(destination === null ? '' : `${destination}: `),
    ...revealed(WORDS[reason] ?? reason),
  ])
  return el('p', props, `No destination ${has} taken the card in time. `, ...reasons)
}
