// @ts-check
// How does a page talk to the API? With the reader's key, and every "no" comes back as a sentence.

/** @typedef {{ status: number, code: string, sentence: string }} No `status` 0: nobody answered */
/**
 * @template View
 * @typedef {{ view: View, clockOffsetMs: number }} Found
 */
/**
 * @template View
 * @typedef {Found<View> | { no: No }} Answer
 */
/**
 * @template View
 * @typedef {(url: string, init?: RequestInit) => Promise<Answer<View>>} Send Rejects only when aborted.
 */

const SENTENCES = /** @type {Record<string, string>} */ ({
  unauthorized: 'This API key is not known here. Perhaps it was replaced or revoked.',
  approval_not_found: 'There is no such approval, or this key may not see it.',
  details_not_opened: 'Read all of it before you approve: scroll to the end of what is asked.',
  event_not_found: 'There is no such event.',
})

/** @type {No} */
const MISREAD = {
  status: 200,
  code: 'misread',
  sentence: 'This browser misreads a name in it. Read it with the API, or in chat.',
}

/**
 * @template View
 * @param {string} key
 * @returns {Send<View>}
 */
export function createSend(key) {
  return async (url, init = {}) => {
    try {
      const headers = { ...init.headers, authorization: `Bearer ${key}` }
      const response = await fetch(url, { cache: 'no-store', ...init, headers })
      const text = await response.text()
      if (!response.ok) return { no: refusal(response.status, text) }
      const view = JSON.parse(text)
      // V8 may take a name with an escape in it for another one; what is shown here would then not be what is decided.
      if (JSON.stringify(view) !== text) return { no: MISREAD }
      const serverNow = Date.parse(response.headers.get('date') ?? '') || Date.now()
      return { view, clockOffsetMs: serverNow - Date.now() }
    } catch {
      init.signal?.throwIfAborted()
      return { no: { status: 0, code: 'unreachable', sentence: 'Countersign does not answer' } }
    }
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
