// @ts-check
// What happens on the page? Each snapshot is shown whole; the panes keep what did not change.

import { createAgentPane } from './agent.js'
import { createChannelPane } from './channel.js'
import { byId, say } from './dom.js'
import { follow } from './server.js'

const announcer = byId('announcer')
const announce = (/** @type {string} */ text) => {
  announcer.textContent = text
}
const agent = createAgentPane(announce)
const channel = createChannelPane(announce)

follow(
  (snapshot) => {
    say(byId('problem'), snapshot.problem && `The sandbox could not set itself up. ${snapshot.problem}`)
    agent.show(snapshot)
    channel.show(snapshot)
  },
  (isLive) => {
    const state = byId('link-state')
    state.dataset.state = isLive ? 'live' : 'reconnecting'
    state.textContent = isLive ? 'Live' : 'Reconnecting…'
    // What failed while the server was away is no longer the news.
    if (isLive) for (const id of ['ask-failure', 'command-failure']) say(byId(id), null)
  },
)

const tabs = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.switch button'))
for (const tab of tabs) {
  tab.addEventListener('click', () => {
    document.body.dataset.view = tab.dataset.view
    for (const other of tabs) other.setAttribute('aria-pressed', String(other === tab))
    byId('scroll').scrollTop = byId('scroll').scrollHeight
  })
}
