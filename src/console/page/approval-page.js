// @ts-check
// How does an approval stay true on the page? It changes here as soon as it changes anywhere, and is decided here.

import { drawApproval, headline, updateParts } from './approval.js'
import { createApprovalApi } from './approval-api.js'
import { byId, say } from './dom.js'
import { untilAnswered } from './link.js'
import { createOpening } from './opening.js'
import { revealedText } from './revealed.js'
import { span } from './time.js'

/** @typedef {import('../../approvals/view.ts').ApprovalView} ApprovalView */
/** @typedef {ReturnType<typeof createApprovalApi>} ApprovalApi */

const TICK_MS = 500
const NOT_YET = 'Read all of it before you approve: scroll to the end of what is asked.'
let clockOffsetMs = 0

/** @type {import('./page.js').Page<ApprovalView>} */
export const approvalPage = {
  name: 'Approval',
  heading: 'An approval, in full',
  lead: 'Enter the API key of a reviewer to read and decide it, or of an auditor to read it.',
  show,
}

/** @param {import('./page.js').Reading<ApprovalView>} reading */
async function show({ first, send, path, signal, draw, askForKey }) {
  const api = createApprovalApi(send, path)
  const role = first.view.status === 'pending' && (await untilAnswered(api.askForRole, signal))
  if (signal.aborted) return
  const mayDecide = role && 'no' in role && role.no.code === 'invalid_request'

  const opening = createOpening(() => api.sayOpened(first.view.digest))
  signal.addEventListener('abort', opening.end)
  const { details_must_be_opened, note_required } = first.view.review
  const whyNotYet = () => (details_must_be_opened && !opening.isDone() ? NOT_YET : null)
  const deciding = { noteRequired: note_required, whyNotYet, onDecide: decide }
  /** @type {import('./approval.js').Standing} */
  let standing = mayDecide ? deciding : 'reads only'
  let shown = ''

  /** @param {ApprovalView} view */
  const update = (view, refusal = '') => {
    const looks = `${view.status} ${standing === deciding}`
    if (looks === shown && refusal === '') return updateParts(view)
    const isNews = shown !== ''
    shown = looks
    const title = `${headline(view)} · ${revealedText(view.action.tool)}`
    draw(drawApproval(view, standing, refusal), title)
    tick()
    if (isNews) byId('announcer').textContent = headline(view)
    if (view.status !== 'pending') opening.end()
    else if (standing === deciding)
      opening.watch(byId('end'), byId('decide'), () => say(byId('not-yet'), null))
  }

  /** @type {import('./decision-form.js').OnDecide} */
  async function decide(decision, note) {
    if (decision === 'approve') await opening.recorded()
    const answer = await api.decide(decision, note)
    if (signal.aborted) return null
    const hasVoted = 'view' in answer || answer.no.code === 'already_voted'
    if (hasVoted) standing = 'has voted'
    if ('view' in answer) {
      update(answer.view)
      return null
    }
    const { status, sentence } = answer.no
    if (status === 0) return `${sentence}. If your decision arrived, this page will say so.`
    if (status === 401) askForKey(sentence)
    if (status === 409 || status === 410) {
      const now = await api.read()
      if ('view' in now && !signal.aborted) update(now.view, sentence)
    }
    return sentence
  }

  clockOffsetMs = first.clockOffsetMs
  const ticking = setInterval(tick, TICK_MS)
  signal.addEventListener('abort', () => clearInterval(ticking))
  update(first.view)
  const refusal = await follow(api, signal, update)
  if (refusal !== undefined) askForKey(refusal)
}

/**
 * Holds one request open while the page can be seen: a browser has few of them for all its tabs.
 * Resolves when the approval is closed or `signal` says stop; with a sentence when the key does no longer do.
 * @param {ApprovalApi} api
 * @param {AbortSignal} signal
 * @param {(view: ApprovalView) => void} update
 */
async function follow(api, signal, update) {
  for (;;) {
    const answer = await untilAnswered(
      async () => {
        await seen()
        return api.readOnceClosed(AbortSignal.any([signal, hidden()]))
      },
      signal,
      api.read,
    )
    if (signal.aborted) return
    if (!answer) continue
    if ('no' in answer) return answer.no.sentence
    clockOffsetMs = answer.clockOffsetMs
    update(answer.view)
    if (answer.view.status !== 'pending') return
  }
}

/** Resolves once the tab is in front. */
async function seen() {
  while (document.hidden) {
    await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }))
  }
}

/** Aborts when the tab goes to the back. */
function hidden() {
  const controller = new AbortController()
  document.addEventListener('visibilitychange', () => controller.abort(), { once: true })
  return controller.signal
}

function tick() {
  const now = Date.now() + clockOffsetMs
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-until]'))) {
    const leftMs = Date.parse(node.dataset.until ?? '') - now
    node.textContent = leftMs > 0 ? `expires in ${span(leftMs)}` : 'expires now'
  }
}
