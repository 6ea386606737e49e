// @ts-check
// What happens on the page? First a key, then the approval, which changes here as soon as it changes anywhere.

import { createApi } from './api.js'
import { drawApproval, headline } from './approval.js'
import { byId, say } from './dom.js'
import { drawKeyForm, savedKey } from './key-form.js'
import { revealedText } from './revealed.js'
import { span } from './time.js'

/** @typedef {import('./api.js').ApprovalView} ApprovalView */

const RETRY_MS = 2000
const main = byId('main')
const forget = byId('forget')
let opened = new AbortController()
let clockOffsetMs = 0

forget.addEventListener('click', () => askForKey(null))
setInterval(tick, 500)
const known = savedKey.read()
if (known === null) askForKey(null)
else void open(known)

/** @param {string | null} refusal */
function askForKey(refusal) {
  opened.abort()
  savedKey.forget()
  forget.hidden = true
  say(byId('link-state'), null)
  document.title = 'Approval · Countersign'
  main.replaceChildren(drawKeyForm(refusal, open))
  byId('key').focus()
}

/** @param {string} key */
async function open(key) {
  opened.abort()
  opened = new AbortController()
  const { signal } = opened
  const api = createApi(key)
  const first = await untilAnswered(api.read, signal)
  if (signal.aborted || !first) return
  if ('no' in first) return askForKey(first.no.sentence)
  savedKey.write(key)
  forget.hidden = false
  const role = first.view.status === 'pending' && (await untilAnswered(api.askForRole, signal))
  if (signal.aborted) return
  const mayDecide = role && 'no' in role && role.no.code === 'invalid_request'

  let shown = ''
  /** @param {ApprovalView} view */
  const show = (view, refusal = '') => {
    if (view.status === shown && refusal === '') return
    const isNews = shown !== ''
    shown = view.status
    main.replaceChildren(drawApproval(view, Boolean(mayDecide), refusal, decide))
    document.title = `${headline(view)} · ${revealedText(view.action.tool)}`
    tick()
    byId('status').focus({ preventScroll: true })
    if (isNews) byId('announcer').textContent = headline(view)
  }

  /** @type {import('./approval.js').OnDecide} */
  async function decide(decision, note) {
    const answer = await api.decide(decision, note)
    if (signal.aborted) return null
    if ('view' in answer) {
      show(answer.view)
      return null
    }
    const { status, sentence } = answer.no
    if (status === 0) return `${sentence}. If your decision arrived, this page will say so.`
    if (status === 401) askForKey(sentence)
    if (status === 409 || status === 410) {
      const now = await api.read()
      if ('view' in now && !signal.aborted) show(now.view, sentence)
    }
    return sentence
  }

  clockOffsetMs = first.clockOffsetMs
  show(first.view)
  await follow(api, signal, show)
}

/**
 * Holds one request open while the page can be seen: a browser has few of them for all its tabs.
 * @param {ReturnType<typeof createApi>} api
 * @param {AbortSignal} signal
 * @param {(view: ApprovalView) => void} show
 */
async function follow(api, signal, show) {
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
    if ('no' in answer) return askForKey(answer.no.sentence)
    clockOffsetMs = answer.clockOffsetMs
    show(answer.view)
    if (answer.view.status !== 'pending') return
  }
}

/**
 * Asks again for as long as nobody answers, and says so. undefined: stopped, or nobody looks any more.
 * @param {() => Promise<import('./api.js').Answer>} ask
 * @param {AbortSignal} signal
 * @param {() => Promise<import('./api.js').Answer>} [again] what is answered at once, so that the good news is too
 */
async function untilAnswered(ask, signal, again = ask) {
  for (let next = ask; ; next = again) {
    const answer = await next().catch(() => undefined)
    if (!answer || signal.aborted) return undefined
    const isAway = 'no' in answer && (answer.no.status === 0 || answer.no.status >= 500)
    say(byId('link-state'), isAway ? `${answer.no.sentence}. Trying again…` : null)
    if (!isAway) return answer
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
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
