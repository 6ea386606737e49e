// @ts-check
// What does the person who acts see of Slack, and what do they type?

import { createNews } from './announcer.js'
import { createComposer } from './composer.js'
import { byId, el, reconcile } from './dom.js'
import { createEmptyChannel } from './empty-channel.js'
import { createMessageList } from './message-list.js'
import { createModal } from './modal.js'
import { createReviewerKey } from './reviewer-key.js'
import { relay } from './server.js'
import { drawSlackMessage } from './slack-message.js'

/** @typedef {import('../snapshot.ts').Snapshot} Snapshot */
/** @typedef {import('../snapshot.ts').Person} Person */

export function createSlackPane() {
  const pane = byId('slack')
  const list = createMessageList(pane)
  const news = createNews()
  const reviewerKey = createReviewerKey(pane)
  const emptyChannel = createEmptyChannel()
  /** @type {Snapshot | undefined} */
  let shown
  /** @type {Person | undefined} */
  let you
  let channelId = ''

  const nameOf = (/** @type {string} */ id) => shown?.people.find(({ slackId }) => slackId === id)?.name ?? id
  const modal = createModal(nameOf)
  const around = { nameOf, userId: () => you?.slackId ?? '', onPress: modal.expect }

  /** @param {string} line */
  async function send(line) {
    const [, command, text = ''] = /^\s*(\/governance)(?:\s+(.*))?$/.exec(line) ?? []
    if (!command) return 'Only /governance is listened to here. Try /governance status'
    return relay('slack-command', { text: text.trim(), user_id: around.userId(), channel: channelId })
  }
  createComposer(pane, send, list.toEnd)

  function draw() {
    if (!shown || !you) return
    const { channels, messages, modals } = shown.slack
    modal.show(modals.find(({ userId }) => userId === you?.slackId))
    const channel = channels.find(({ id }) => id === channelId) ?? channels[0]
    if (!channel) return
    channelId = channel.id
    const mine = messages
      .filter(({ ephemeralFor }) => !ephemeralFor || ephemeralFor === you?.slackId)
      .map((message) => ({ ...message, id: message.ts }))

    reconcile(
      byId('channels'),
      channels.map((one) => ({ ...one, current: one === channel })),
      { key: ({ id }) => id, draw: drawChannel },
    )
    emptyChannel.show(channel, shown.ready)
    list.show(
      mine.filter((message) => message.channel === channelId),
      (message) => drawSlackMessage(message, around),
    )
    reviewerKey.show(you, pane.querySelector('.messages a.button') !== null)
    news.tell(mine, (newest) => {
      const where = channels.find(({ id }) => id === newest.channel)?.name
      return `New message in #${where}: ${newest.text}`
    })
  }

  /** @param {Snapshot['slack']['channels'][number] & { current: boolean }} channel */
  function drawChannel({ id, name, purpose, current }) {
    const open = () => {
      channelId = id
      draw()
      list.toEnd()
    }
    return el(
      'button',
      { type: 'button', 'aria-current': current && 'page', 'data-channel': id, title: purpose, click: open },
      name,
    )
  }

  return {
    /**
     * @param {Snapshot} snapshot
     * @param {Person | undefined} person
     */
    show(snapshot, person) {
      shown = snapshot
      you = person
      draw()
    },
    toEnd: list.toEnd,
  }
}
