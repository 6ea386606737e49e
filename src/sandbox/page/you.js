// @ts-check
// Who is it that presses and writes? One person, in Slack and in Teams alike.

import { byId, el } from './dom.js'

/** @typedef {import('../snapshot.ts').Person} Person */

/** @param {() => void} onChange */
export function createYou(onChange) {
  const select = /** @type {HTMLSelectElement} */ (byId('acting-as'))
  /** @type {Person[]} */
  let people = []
  select.addEventListener('change', onChange)

  return {
    /** @param {Person[]} all */
    show(all) {
      people = all
      if (select.options.length > 0) return
      select.append(
        ...all.map(({ slackId, name, guest }) =>
          el('option', { value: slackId }, guest ? `${name} (guest)` : name),
        ),
      )
    },
    person: () => people.find(({ slackId }) => slackId === select.value),
  }
}
