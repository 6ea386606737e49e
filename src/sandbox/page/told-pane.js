// @ts-check
// What does one see of a place that is only told? Its messages, and at its tab whether there are new ones.

import { byId } from './dom.js'
import { createMessageList } from './message-list.js'
import { createReviewerKey } from './reviewer-key.js'

/**
 * @template {{ id: string, sentAt: number, editedAt?: number }} M
 * @param {'discord' | 'telegram'} name
 * @param {(message: M) => HTMLElement} draw
 */
export function createToldPane(name, draw) {
  const pane = byId(name)
  const place = /** @type {HTMLElement} */ (pane.querySelector('.crumbs b'))
  const news = /** @type {HTMLElement} */ (document.querySelector(`.switch [data-view=${name}] .news`))
  const list = createMessageList(pane)
  const reviewerKey = createReviewerKey(pane)
  let latest = 0
  /** @type {number | undefined} */
  let seen

  function noteNews() {
    // What is there when the page opens is no news.
    if (pane.offsetParent !== null || seen === undefined) seen = latest
    news.hidden = latest <= seen
  }

  return {
    /**
     * @param {string} where
     * @param {M[]} messages
     * @param {import('../snapshot.ts').Person | undefined} you
     */
    show(where, messages, you) {
      place.textContent = where
      list.show(messages, draw)
      if (you) reviewerKey.show(you, pane.querySelector('.messages a.button') !== null)
      latest = Math.max(0, ...messages.map(({ sentAt, editedAt }) => editedAt ?? sentAt))
      noteNews()
    },
    toEnd() {
      list.toEnd()
      noteNews()
    },
  }
}
