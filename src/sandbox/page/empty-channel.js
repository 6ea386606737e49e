// @ts-check
// What can be done in a channel of Slack where nothing has been said? What it takes to see a card there.

import { byId, say } from './dom.js'
import { act } from './server.js'

const EXPIRES_IN_SECONDS = 3600

/** @typedef {import('../snapshot.ts').Snapshot['slack']['channels'][number]} Channel */

export function createEmptyChannel() {
  const button = /** @type {HTMLButtonElement} */ (byId('slack-step'))
  const failure = byId('slack-step-failure')
  /** @type {Channel | undefined} */
  let shown

  button.addEventListener('click', async () => {
    if (!shown || button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    const problem = shown.hears
      ? await act('ask', { kind: 'refund', expires_in_seconds: EXPIRES_IN_SECONDS })
      : await act('hear-in', { channel: shown.id })
    button.removeAttribute('aria-busy')
    say(failure, problem)
  })

  return {
    /**
     * @param {Channel} channel
     * @param {boolean} isReady
     */
    show(channel, isReady) {
      if (channel.id !== shown?.id) say(failure, null)
      shown = channel
      byId('slack-empty').textContent = channel.hears
        ? 'Let the agent ask for something. Its request appears here as a card, for you to approve or deny.'
        : `Countersign does not post to #${channel.name} yet. A second destination brings every card here as well.`
      button.textContent = channel.hears ? 'Let it ask for a refund' : 'Add the destination'
      button.disabled = !isReady
    },
  }
}
