// @ts-check
// What did the tool find in the receipt, and how was it refused to run more than was approved?

import { el } from './dom.js'

/** @typedef {import('../snapshot.ts').VerifiedReceipt} VerifiedReceipt */
/** @typedef {import('../snapshot.ts').Refusal} Refusal */

/** What somebody has opened stays open when its run is drawn anew.
 * @type {Set<string>} */
const opened = new Set()

/**
 * @param {string} runId
 * @param {VerifiedReceipt} receipt
 */
export function drawReceipt(runId, { jws, kid, claims }) {
  const { approvers, iat, exp, ...others } = /** @type {any} */ (claims)
  return fold(
    runId,
    { class: 'receipt', 'data-testid': 'receipt' },
    'Receipt verified',
    el(
      'p',
      {},
      'The tool ran on it: signed by a key of ',
      el('a', { href: '/.well-known/jwks.json', target: '_blank', rel: 'noopener' }, 'the JWKS'),
      ', for this tool, in its time, with the digest of what it ran, and not seen before.',
    ),
    el(
      'dl',
      {},
      ...pair('approvers', ...approvers.map(approver)),
      ...pair('iat', moment(iat * 1000)),
      ...pair('exp', moment(exp * 1000)),
      ...Object.entries(others).flatMap(([name, value]) => pair(name, plain(value))),
      ...pair('kid', kid),
    ),
    fold(`${runId} jws`, { class: 'jws' }, 'As it was sent', el('pre', {}, ...inParts(jws))),
  )
}

/** @param {Refusal} refusal */
export function drawRefusal({ attempt, sentence, digests, differs }) {
  return el(
    'div',
    { class: 'refusal', 'data-testid': 'refusal' },
    el('p', {}, el('strong', {}, attempt === 'change' ? 'Changed after the yes' : 'Run twice')),
    el('p', { class: 'failure' }, `Refused with ${sentence}`),
    digests &&
      el(
        'dl',
        {},
        ...pair('approved', digests.approved),
        ...pair('given', digests.given),
        ...differs.flatMap(({ path, approved, given }) =>
          pair(path, el('del', {}, approved), ' ', el('ins', {}, given)),
        ),
      ),
    attempt === 'twice' && el('p', {}, 'So it asks again: a new card.'),
  )
}

/**
 * @param {string} key
 * @param {Record<string, string>} props
 * @param {string} summary
 * @param {...import('./dom.js').Child} children
 */
function fold(key, props, summary, ...children) {
  const node = /** @type {HTMLDetailsElement} */ (
    el('details', { ...props, open: opened.has(key) }, el('summary', {}, summary), ...children)
  )
  node.addEventListener('toggle', () => (node.open ? opened.add(key) : opened.delete(key)))
  return node
}

/** @param {string} name @param {...(Node | string)} value */
function pair(name, ...value) {
  return [el('dt', {}, name), el('dd', {}, ...value)]
}

/** @param {{ name: string, source: string, approved_at: string }} approver */
function approver({ name, source, approved_at }) {
  return el('div', {}, `${name}, ${source}, ${moment(Date.parse(approved_at))}`)
}

/** @param {unknown} value */
function plain(value) {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** @param {number} ms */
function moment(ms) {
  return new Date(ms).toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit', second: '2-digit' })
}

/** Header, claims and signature can be told apart. @param {string} jws */
function inParts(jws) {
  return jws.split('.').flatMap((part, index) => [index === 0 ? '' : '.', el('span', {}, part)])
}
