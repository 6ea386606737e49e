// @ts-check
// What does one see of Telegram? A group that a bot writes to.

import { drawTelegramMessage } from './telegram-message.js'
import { createToldPane } from './told-pane.js'

export function createTelegramPane() {
  const told = createToldPane('telegram', drawTelegramMessage)
  return {
    /**
     * @param {import('../snapshot.ts').Snapshot} snapshot
     * @param {import('../snapshot.ts').Person | undefined} you
     */
    show({ telegram: { chat, messages } }, you) {
      told.show(chat, messages, you)
    },
    toEnd: told.toEnd,
  }
}
