// @ts-check
// How does the tour begin again? The server starts another one, and every open page loads anew.

import { byId, say } from './dom.js'
import { act } from './server.js'

export function createBeginAgain() {
  const button = byId('begin-again')
  /** @type {number | undefined} */
  let tour

  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    say(byId('ask-failure'), await act('begin-again', {}))
    button.removeAttribute('aria-busy')
  })

  return {
    /** @param {import('../snapshot.ts').Snapshot} snapshot */
    show(snapshot) {
      tour ??= snapshot.tour
      // What one had typed, chosen or opened is of the tour before.
      if (tour !== snapshot.tour) location.reload()
    },
  }
}
