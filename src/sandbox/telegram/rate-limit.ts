// Limits a bot as Telegram does: a message a second in a chat, twenty a minute in a group, thirty a second.

import type { Clock } from '../../kit/clock.ts'
import type { Chat } from './chats.ts'

interface Limit {
  key: string
  most: number
  withinMs: number
}

/**
 * Counts one more message to the chat, unless it is too much: then the seconds to wait.
 * https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
 */
export function createRateLimit(clock: Clock): (chat: Chat) => number | undefined {
  const taken = new Map<string, number[]>()

  return ({ id, type }) => {
    const limits: Limit[] = [
      { key: 'bot', most: 30, withinMs: 1_000 },
      { key: `second:${id}`, most: 1, withinMs: 1_000 },
    ]
    if (type !== 'private') limits.push({ key: `minute:${id}`, most: 20, withinMs: 60_000 })
    const now = clock.now()
    const waits = limits.map(({ key, most, withinMs }) => {
      const recent = (taken.get(key) ?? []).filter((at) => at > now - withinMs)
      taken.set(key, recent)
      return recent.length < most ? 0 : (recent[0] as number) + withinMs - now
    })
    const waitMs = Math.max(...waits)
    if (waitMs > 0) return Math.ceil(waitMs / 1000)
    for (const { key } of limits) taken.get(key)?.push(now)
  }
}
