// @ts-check
// What does the page of an approval ask of the API? To be told when it closes, to decide once per press, and to keep who has read it.

/** @typedef {import('../../approvals/view.ts').ApprovalView} ApprovalView */
/** @typedef {import('./api.js').Send<ApprovalView>} Send */

const WAIT_SECONDS = 25
const TRIES = 3
const RETRY_MS = 700

/**
 * @param {Send} send
 * @param {string} path
 */
export function createApprovalApi(send, path) {
  /**
   * @param {string} what
   * @param {unknown} body
   * @param {Record<string, string>} [headers]
   */
  function post(what, body, headers = {}) {
    return send(`${path}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }

  /**
   * Until somebody answers, a few times.
   * @param {() => ReturnType<typeof post>} attempt
   */
  async function persistently(attempt) {
    let answer = await attempt()
    for (let tries = 1; tries < TRIES && 'no' in answer && answer.no.status === 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      answer = await attempt()
    }
    return answer
  }

  return {
    /** The approval as it stands. */
    read: () => send(path),

    /**
     * The approval once it is closed or found to have reached nobody, or as it stands after some seconds. Rejects
     * when aborted.
     * @param {AbortSignal} signal
     */
    readOnceClosed: (signal) => send(`${path}?wait_seconds=${WAIT_SECONDS}`, { signal }),

    /**
     * Refused with `invalid_request` for a key that may decide, and with `forbidden` for others: no route says
     * it more directly, and a body without a decision decides nothing, whoever sends it.
     */
    askForRole: () => post('decision', {}),

    /**
     * That the reader has seen all that has this digest. What is said twice is on record once.
     * @param {string} digest
     */
    sayOpened: (digest) => persistently(() => post('seen', { digest })),

    /**
     * One press of a button: whatever gets lost on the way, it counts once.
     * @param {import('../../approvals/view.ts').Verdict} decision
     * @param {string} note
     */
    decide(decision, note) {
      const press = { 'idempotency-key': randomId() }
      const body = note === '' ? { decision } : { decision, note }
      return persistently(() => post('decision', body, press))
    },
  }
}

/** Unlike `crypto.randomUUID`, also there when the page came over plain HTTP. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
