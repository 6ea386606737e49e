// @ts-check
// What does the person who acts see of Teams, and what do they write?

import { createNews } from './announcer.js'
import { createComposer } from './composer.js'
import { byId } from './dom.js'
import { createMessageList } from './message-list.js'
import { createReviewerKey } from './reviewer-key.js'
import { relay } from './server.js'
import { drawTeamsMessage } from './teams-message.js'

/** @typedef {import('../snapshot.ts').Snapshot} Snapshot */
/** @typedef {import('../snapshot.ts').TeamsMessage} TeamsMessage */
/** @typedef {import('../snapshot.ts').Person} Person */

export function createTeamsPane() {
  const pane = byId('teams')
  const list = createMessageList(pane)
  const news = createNews()
  const reviewerKey = createReviewerKey(pane)
  let conversationId = ''
  let userId = ''
  const where = () => ({ conversation_id: conversationId, user_id: userId })

  /** @param {string} line */
  async function send(line) {
    const text = line.trim()
    if (text === '') return 'Write something to the bot first. Try status'
    return relay('teams-message', { ...where(), text })
  }
  createComposer(pane, send, list.toEnd)

  return {
    /**
     * @param {Snapshot} snapshot
     * @param {Person | undefined} you
     */
    show({ teams: { team, channel, messages } }, you) {
      if (!you) return
      conversationId = channel.id
      userId = you.teamsId
      byId('team').textContent = team
      byId('teams-channel').textContent = channel.name
      const seen = asSeenBy(userId, messages)
      list.show(inThreads(seen), (message) => drawTeamsMessage(message, where))
      reviewerKey.show(you, pane.querySelector('.messages .ac-pushButton[role=link]') !== null)
      news.tell(seen, ({ from, text }) => `New message in Teams from ${from}${text && `: ${text}`}`)
    },
    toEnd: list.toEnd,
  }
}

/**
 * @param {string} userId
 * @param {TeamsMessage[]} messages
 */
function asSeenBy(userId, messages) {
  return messages
    .filter(({ onlyFor }) => !onlyFor || onlyFor === userId)
    .map(({ views, ...message }) => ({ ...message, card: views[userId] ?? message.card }))
}

/**
 * The threads in the order in which they began, each with its replies.
 * @param {ReturnType<typeof asSeenBy>} messages
 */
function inThreads(messages) {
  return [...Map.groupBy(messages, ({ thread }) => thread).values()].flatMap((thread) =>
    thread.map((message, index) => ({ ...message, isReply: index > 0 })),
  )
}
