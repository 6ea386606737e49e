// @ts-check
// What does the page of an approval ask of the API? To be told when it closes, and to decide once per press.

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
     * The approval once it is closed or found to have reached nobody, or as it stands after some seconds. Rejects
     * when aborted.
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

/** Unlike `crypto.randomUUID`, also there when the page came over plain HTTP. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
