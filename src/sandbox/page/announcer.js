// @ts-check
// What is said to those who listen instead of looking?

import { byId, el } from './dom.js'

const KEPT = 10

/** @param {string} text */
export function announce(text) {
  const announcer = byId('announcer')
  announcer.append(el('p', {}, text))
  while (announcer.children.length > KEPT) announcer.firstElementChild?.remove()
}

/** Tells of what is newer than all before; what is there at first is no news. */
export function createNews() {
  /** @type {string | undefined} */
  let lastId

  return {
    /**
     * @template {{ id: string }} M
     * @param {M[]} messages with ids that sort by time
     * @param {(newest: M) => string} words
     */
    tell(messages, words) {
      const [newest] = messages.toSorted((a, b) => b.id.localeCompare(a.id))
      if (newest && lastId !== undefined && newest.id > lastId) announce(words(newest))
      if (lastId === undefined || (newest && newest.id > lastId)) lastId = newest?.id ?? ''
    },
  }
}
