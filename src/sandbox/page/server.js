// @ts-check
// How does the page talk to its server? Snapshots come as events, actions go as JSON.

/** @typedef {import('../snapshot.ts').Snapshot} Snapshot */

const RECONNECT_MS = 1500

/**
 * @param {(snapshot: Snapshot) => void} onSnapshot
 * @param {(isLive: boolean) => void} onLink
 */
export function follow(onSnapshot, onLink) {
  const source = new EventSource('/sandbox/state')
  source.onopen = () => onLink(true)
  source.onmessage = (event) => onSnapshot(JSON.parse(event.data))
  source.onerror = () => {
    onLink(false)
    // The browser tries again by itself, except after an answer that is not an event stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, RECONNECT_MS, onSnapshot, onLink)
  }
}

/**
 * @param {'ask' | 'attempt' | 'hear-in' | 'begin-again'} action
 * @param {Record<string, unknown>} body
 * @returns {Promise<string | null>} what went wrong, in words
 */
export async function act(action, body) {
  const { problem } = await send(action, body)
  return problem
}

/** How the stand-ins word it that the product took too long.
 * @type {Record<string, string>} */
const TOO_LATE = { operation_timeout: '3 seconds', timeout: '10 seconds' }

/**
 * What the product answered to one of the stand-ins.
 * @param {'slack-click' | 'slack-modal-press' | 'slack-modal-submit' | 'slack-modal-close' | 'slack-command' | 'teams-click' | 'teams-message'} action
 * @param {Record<string, unknown>} body
 * @returns {Promise<string | null>} what went wrong, in words
 */
export async function relay(action, body) {
  const { problem, answer } = await send(action, body)
  if (problem !== null) return problem
  if (answer.status >= 200 && answer.status < 300) return null
  const words = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  if (Object.hasOwn(TOO_LATE, words)) return `Countersign did not answer within ${TOO_LATE[words]}`
  if (answer.status === 0) return 'Countersign could not be reached'
  return `Countersign answered ${answer.status}: ${words.slice(0, 200)}`
}

/**
 * What this person enters where the console asks for a key.
 * @param {import('../snapshot.ts').Person} person
 * @returns {Promise<{ key: string } | { problem: string }>}
 */
export async function askForReviewerKey({ slackId }) {
  const { problem, answer } = await send('reviewer-key', { user_id: slackId })
  return problem === null ? { key: String(answer.key) } : { problem }
}

/**
 * @param {string} action
 * @param {Record<string, unknown>} body
 */
async function send(action, body) {
  try {
    const response = await fetch(`/sandbox/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = await response.json()
    return { answer, problem: response.ok ? null : String(answer.detail) }
  } catch {
    return { answer: null, problem: 'The sandbox does not answer. Is Countersign still running?' }
  }
}
