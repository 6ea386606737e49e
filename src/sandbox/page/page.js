// @ts-check
// What happens on the page? Each snapshot is shown whole; the panes keep what did not change.

import { createAgentPane } from './agent.js'
import { createBeginAgain } from './begin-again.js'
import { createDiscordPane } from './discord.js'
import { byId, say } from './dom.js'
import { follow } from './server.js'
import { createSlackPane } from './slack.js'
import { createTeamsPane } from './teams.js'
import { createTelegramPane } from './telegram.js'
import { createViews } from './views.js'
import { createYou } from './you.js'

/** @type {import('../snapshot.ts').Snapshot | undefined} */
let shown
const agent = createAgentPane()
const beginAgain = createBeginAgain()
const places = [createSlackPane(), createTeamsPane(), createDiscordPane(), createTelegramPane()]
const you = createYou(showPlaces)
createViews(() => {
  for (const place of places) place.toEnd()
})

function showPlaces() {
  for (const place of places) if (shown) place.show(shown, you.person())
}

follow(
  (snapshot) => {
    shown = snapshot
    beginAgain.show(snapshot)
    say(byId('problem'), snapshot.problem && `The sandbox could not set itself up. ${snapshot.problem}`)
    agent.show(snapshot)
    you.show(snapshot.people)
    showPlaces()
  },
  (isLive) => {
    const state = byId('link-state')
    state.dataset.state = isLive ? 'live' : 'reconnecting'
    state.textContent = isLive ? 'Live' : 'Reconnecting…'
    if (!isLive) return
    // What failed while the server was away is no longer the news.
    const failures = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('form .failure'))
    for (const failure of [byId('ask-failure'), ...failures]) say(failure, null)
  },
)
