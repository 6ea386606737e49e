// @ts-check
// What does an Adaptive Card look like? As Microsoft's own renderer draws it, in this page's colours.

import { el } from './dom.js'
import { withPictures } from './emoji.js'
import { HOST_CONFIG } from './host-config.js'
import { webUrl } from './mrkdwn.js'

const { AdaptiveCard, ExecuteAction, HostConfig, OpenUrlAction } =
  /** @type {typeof import('adaptivecards')} */ (/** @type {any} */ (globalThis).AdaptiveCards)
// Every text stays text. (With no processor at all the package warns, or takes one that it finds.)
AdaptiveCard.onProcessMarkdown = () => {}
const hostConfig = new HostConfig(HOST_CONFIG)

/**
 * @param {Record<string, unknown>} json
 * @param {(button: HTMLElement, verb: string) => void} press what Action.Execute does
 */
export function drawAdaptiveCard(json, press) {
  const card = new AdaptiveCard()
  card.hostConfig = hostConfig
  card.onExecuteAction = (action) => {
    const button = action.renderedElement
    if (action instanceof ExecuteAction && button) press(button, action.verb)
    const url = action instanceof OpenUrlAction && webUrl(action.url)
    if (url) window.open(url, '_blank', 'noopener,noreferrer')
  }
  card.parse(json)
  const node = el('div', { class: 'adaptive' }, card.render() ?? 'A card that cannot be drawn')
  for (const text of textsIn(node)) text.replaceWith(...withPictures(text.data))
  return node
}

/**
 * @param {Node} node
 * @returns {Text[]}
 */
function textsIn(node) {
  return node instanceof Text ? [node] : [...node.childNodes].flatMap(textsIn)
}
