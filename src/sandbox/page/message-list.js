// @ts-check
// Which messages are in view? The newest, for one who has not scrolled away from it.

import { reconcile } from './dom.js'

const NEAR_THE_END_PX = 80

/** @param {HTMLElement} pane */
export function createMessageList(pane) {
  const scroll = /** @type {HTMLElement} */ (pane.querySelector('.scroll'))
  const list = /** @type {HTMLElement} */ (scroll.querySelector('.messages'))
  const empty = /** @type {HTMLElement} */ (scroll.querySelector('.empty'))
  let isAtEnd = true
  let lastTop = 0

  function toEnd() {
    isAtEnd = true
    scroll.scrollTop = scroll.scrollHeight
  }

  scroll.addEventListener('scroll', () => {
    const isNear = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_THE_END_PX
    // What has come since moves the end away from the one who is there: only scrolling up leaves it.
    isAtEnd = isNear || (isAtEnd && scroll.scrollTop >= lastTop)
    lastTop = scroll.scrollTop
  })
  // Also when there is less room than before, or a card opens what it hid.
  const resized = new ResizeObserver(() => isAtEnd && toEnd())
  resized.observe(scroll)
  resized.observe(list)

  return {
    /**
     * Draws anew only what changed.
     * @template {{ id: string }} M
     * @param {M[]} messages
     * @param {(message: M) => HTMLElement} draw
     */
    show(messages, draw) {
      empty.hidden = messages.length > 0
      reconcile(list, messages, { key: ({ id }) => id, draw })
    },
    toEnd,
  }
}
