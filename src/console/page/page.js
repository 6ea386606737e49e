// @ts-check
// What happens on a page? First a key, then the one record that the page's address names.

import { createSend } from './api.js'
import { approvalPage } from './approval-page.js'
import { byId, say } from './dom.js'
import { eventPage } from './event.js'
import { drawKeyForm, savedKey } from './key-form.js'
import { untilAnswered } from './link.js'

/**
 * What a page needs to show its record, and to go on with it until `signal` says stop.
 * @template View
 * @typedef {{
 *   first: import('./api.js').Found<View>,
 *   send: import('./api.js').Send<View>,
 *   path: string,
 *   signal: AbortSignal,
 *   draw: (record: HTMLElement, title: string) => void,
 *   askForKey: (refusal: string) => void,
 * }} Reading
 */
/**
 * @template View
 * @typedef {import('./key-form.js').Invitation & {
 *   name: string,
 *   show: (reading: Reading<View>) => Promise<void> | void,
 * }} Page
 */

const [, records = '', id = ''] = location.pathname.split('/')
if (records.toLowerCase() === 'events') start(eventPage, `/v1/events/${id}`)
else start(approvalPage, `/v1/approvals/${id}`)

/**
 * @template View
 * @param {Page<View>} page
 * @param {string} path of the record in the API
 */
function start(page, path) {
  const main = byId('main')
  const forget = byId('forget')
  let opened = new AbortController()

  /** @param {string | null} refusal */
  function askForKey(refusal) {
    opened.abort()
    savedKey.forget()
    forget.hidden = true
    say(byId('link-state'), null)
    document.title = `${page.name} · Countersign`
    main.replaceChildren(drawKeyForm(page, refusal, open))
    byId('key').focus()
  }

  /** @param {string} key */
  async function open(key) {
    opened.abort()
    opened = new AbortController()
    const { signal } = opened
    /** @type {import('./api.js').Send<View>} */
    const send = createSend(key)
    const first = await untilAnswered(() => send(path), signal)
    if (signal.aborted || !first) return
    if ('no' in first) return askForKey(first.no.sentence)
    savedKey.write(key)
    forget.hidden = false
    await page.show({ first, send, path, signal, draw, askForKey })
  }

  /** @type {Reading<View>['draw']} */
  function draw(record, title) {
    main.replaceChildren(record)
    document.title = title
    byId('status').focus({ preventScroll: true })
  }

  forget.addEventListener('click', () => askForKey(null))
  const known = savedKey.read()
  if (known === null) askForKey(null)
  else void open(known)
}
