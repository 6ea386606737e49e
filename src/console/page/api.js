// @ts-check
// How does the page talk to the API? With the reader's key, and every "no" comes back as a sentence.

/** @typedef {import('../../approvals/view.ts').ApprovalView} ApprovalView */
/** @typedef {{ status: number, code: string, sentence: string }} No `status` 0: nobody answered */
/** @typedef {{ view: ApprovalView, clockOffsetMs: number } | { no: No }} Answer */

const WAIT_SECONDS = 25
const TRIES = 3
const RETRY_MS = 700
const SENTENCES = /** @type {Record<string, string>} */ ({
  unauthorized: 'This API key is not known here. Perhaps it was replaced or revoked.',
  approval_not_found: 'There is no such approval, or this key may not see it.',
})

/** @param {string} key */
export function createApi(key) {
  const [, id] = /^\/approvals\/([^/]+)/i.exec(location.pathname) ?? []
  const path = `/v1/approvals/${id}`

  /**
   * @param {string} url
   * @param {RequestInit} [init]
   * @returns {Promise<Answer>}
   */
  async function send(url, init = {}) {
    try {
      const headers = { ...init.headers, authorization: `Bearer ${key}` }
      const response = await fetch(url, { cache: 'no-store', ...init, headers })
      const text = await response.text()
      if (!response.ok) return { no: refusal(response.status, text) }
      const serverNow = Date.parse(response.headers.get('date') ?? '') || Date.now()
      return { view: JSON.parse(text), clockOffsetMs: serverNow - Date.now() }
    } catch {
      init.signal?.throwIfAborted()
      return { no: { status: 0, code: 'unreachable', sentence: 'Countersign does not answer' } }
    }
  }

  /**
   * @param {unknown} body
   * @param {Record<string, string>} [headers]
   */
  function postDecision(body, headers = {}) {
    return send(`${path}/decision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }

  return {
    /** The approval as it stands. */
    read: () => send(path),

    /**
     * The approval once it is closed, or as it stands after some seconds. Rejects when aborted.
     * @param {AbortSignal} signal
     */
    readOnceClosed: (signal) => send(`${path}?wait_seconds=${WAIT_SECONDS}`, { signal }),

    /**
     * Refused with `invalid_request` for a key that may decide, and with `forbidden` for others: no route says
     * it more directly, and a body without a decision decides nothing, whoever sends it.
     */
    askForRole: () => postDecision({}),

    /**
     * One press of a button: whatever gets lost on the way, it counts once.
     * @param {'approve' | 'deny'} decision
     * @param {string} note
     */
    async decide(decision, note) {
      const press = { 'idempotency-key': randomId() }
      const body = note === '' ? { decision } : { decision, note }
      let answer = await postDecision(body, press)
      for (let tries = 1; tries < TRIES && 'no' in answer && answer.no.status === 0; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
        answer = await postDecision(body, press)
      }
      return answer
    },
  }
}

/**
 * @param {number} status
 * @param {string} text
 * @returns {No}
 */
function refusal(status, text) {
  try {
    const { code, detail, decided_by } = JSON.parse(text)
    const by = code === 'already_decided' && decided_by ? ` by ${decided_by}` : ''
    return { status, code, sentence: SENTENCES[code] ?? `${detail}${by}` }
  } catch {
    return {
      status,
      code: 'not_ours',
      sentence: `Something between here and Countersign answered ${status}`,
    }
  }
}

/** Unlike `crypto.randomUUID`, also there when the page came over plain HTTP. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
