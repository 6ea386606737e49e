// @ts-check
// What does one see of Discord? A channel that a webhook posts to; how long is left counts down in it.

import { drawDiscordMessage } from './discord-message.js'
import { relative } from './discord-text.js'
import { byId } from './dom.js'
import { createToldPane } from './told-pane.js'

export function createDiscordPane() {
  const told = createToldPane('discord', drawDiscordMessage)
  const pane = byId('discord')
  let clockOffsetMs = 0

  function tick() {
    const times = /** @type {NodeListOf<HTMLTimeElement>} */ (pane.querySelectorAll('time.relative'))
    for (const time of times) {
      time.textContent = relative(Date.parse(time.dateTime) - Date.now() - clockOffsetMs)
    }
  }
  setInterval(tick, 1000)

  return {
    /**
     * @param {import('../snapshot.ts').Snapshot} snapshot
     * @param {import('../snapshot.ts').Person | undefined} you
     */
    show({ now, discord: { channel, messages } }, you) {
      clockOffsetMs = now - Date.now()
      told.show(`#${channel}`, messages, you)
      tick()
    },
    toEnd: told.toEnd,
  }
}
