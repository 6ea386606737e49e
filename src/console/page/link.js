// @ts-check
// What if nobody answers? The page says so, and asks again until somebody does.

import { byId, say } from './dom.js'

const RETRY_MS = 2000

/**
 * undefined: stopped, or nobody looks any more.
 * @template View
 * @param {() => Promise<import('./api.js').Answer<View>>} ask
 * @param {AbortSignal} signal
 * @param {() => Promise<import('./api.js').Answer<View>>} [again] what is answered at once, so that the good news
 *   is too
 */
export async function untilAnswered(ask, signal, again = ask) {
  for (let next = ask; ; next = again) {
    const answer = await next().catch(() => undefined)
    if (!answer || signal.aborted) return undefined
    const isAway = 'no' in answer && (answer.no.status === 0 || answer.no.status >= 500)
    say(byId('link-state'), isAway ? `${answer.no.sentence}. Trying again…` : null)
    if (!isAway) return answer
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}
