// @ts-check
// What does a button do where one is only told? It leads to the console, in a tab that cannot reach back.

import { el } from './dom.js'
import { webUrl } from './mrkdwn.js'

/**
 * @param {string} label
 * @param {unknown} url
 */
export function drawLinkButton(label, url) {
  const href = webUrl(url)
  if (!href) return el('span', { class: 'not-drawn' }, label)
  return el('a', { class: 'button', href, target: '_blank', rel: 'noopener noreferrer' }, label)
}
