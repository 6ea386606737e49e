// @ts-check
// What does the person who acts see of Slack, and what do they type?

import { byId, el, reconcile, say } from './dom.js'
import { drawMessage } from './message.js'
import { createReviewerKey } from './reviewer-key.js'
import { relay } from './server.js'

/** @typedef {import('../snapshot.ts').Snapshot} Snapshot */

const NEAR_THE_END_PX = 80

/** @param {(text: string) => void} announce */
export function createChannelPane(announce) {
  const scroll = byId('scroll')
  const messages = byId('messages')
  const actor = /** @type {HTMLSelectElement} */ (byId('acting-as'))
  const input = /** @type {HTMLInputElement} */ (byId('command'))
  const composer = /** @type {HTMLFormElement} */ (byId('composer'))
  const failure = byId('command-failure')
  const reviewerKey = createReviewerKey(announce)
  /** @type {Snapshot | undefined} */
  let shown
  let channelId = ''
  let lastTs = ''

  const nameOf = (/** @type {string} */ id) => shown?.people.find((person) => person.id === id)?.name ?? id
  const around = { nameOf, actor: () => actor.value }

  actor.addEventListener('change', draw)
  composer.addEventListener('submit', (event) => {
    event.preventDefault()
    void type(input.value)
  })
  for (const chip of composer.querySelectorAll('[data-command]')) {
    chip.addEventListener('click', () => void type(/** @type {HTMLElement} */ (chip).dataset.command ?? ''))
  }

  /** @param {string} line */
  async function type(line) {
    if (composer.getAttribute('aria-busy') === 'true') return
    const [, command, text = ''] = /^\s*(\/governance)(?:\s+(.*))?$/.exec(line) ?? []
    if (!command) {
      say(failure, 'Only /governance is listened to here. Try /governance status')
      return
    }
    composer.setAttribute('aria-busy', 'true')
    const problem = await relay('command', { text: text.trim(), user_id: actor.value, channel: channelId })
    composer.removeAttribute('aria-busy')
    say(failure, problem)
    if (problem === null) input.value = ''
  }

  function draw() {
    if (!shown) return
    const { channels, messages: all } = shown
    const channel = channels.find(({ id }) => id === channelId) ?? channels[0]
    if (!channel) return
    channelId = channel.id
    const mine = all.filter(({ ephemeralFor }) => !ephemeralFor || ephemeralFor === actor.value)
    const here = mine.filter((message) => message.channel === channelId)

    reconcile(
      byId('channels'),
      channels.map(({ id, name }) => ({ id, name, current: id === channelId })),
      {
        key: ({ id }) => id,
        draw: ({ id, name, current }) =>
          el(
            'button',
            { type: 'button', 'aria-current': current && 'page', 'data-channel': id, click: () => open(id) },
            name,
          ),
      },
    )
    byId('channel-name').textContent = `#${channel.name}`
    byId('channel-purpose').textContent = channel.purpose
    byId('empty').hidden = here.length > 0
    byId('empty-text').textContent =
      channel === channels[0]
        ? 'Let the agent ask for something. Its request appears here as a card, for you to approve or deny.'
        : `Add a Slack destination with channel_id ${channel.id}, and every card appears here as well.`

    const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_THE_END_PX
    reconcile(messages, here, { key: ({ ts }) => ts, draw: (message) => drawMessage(message, around) })
    reviewerKey.hidden = !messages.querySelector('a.button')
    if (atEnd) scroll.scrollTop = scroll.scrollHeight

    const newest = mine.toSorted((a, b) => a.ts.localeCompare(b.ts)).at(-1)
    if (newest && newest.ts > lastTs) {
      const where = channels.find(({ id }) => id === newest.channel)?.name
      if (lastTs !== '') announce(`New message in #${where}: ${newest.text}`)
      lastTs = newest.ts
    }
  }

  /** @param {string} id */
  function open(id) {
    channelId = id
    draw()
    scroll.scrollTop = scroll.scrollHeight
  }

  return {
    /** @param {Snapshot} snapshot */
    show(snapshot) {
      if (actor.options.length === 0) {
        actor.append(
          ...snapshot.people.map(({ id, name, guest }) =>
            el('option', { value: id }, guest ? `${name} (guest)` : name),
          ),
        )
      }
      shown = snapshot
      draw()
    },
  }
}
