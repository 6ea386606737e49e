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
 * @typedef {object} Executed
 * @property {string} title
 * @property {string} verb
 * @property {Record<string, string>} inputs what was written beside the button, by the input's id
 */

/**
 * @param {Record<string, unknown>} json
 * @param {(button: HTMLElement, executed: Executed) => void} press what Action.Execute does
 */
export function drawAdaptiveCard(json, press) {
  const card = new AdaptiveCard()
  card.hostConfig = hostConfig
  card.onExecuteAction = (action) => {
    const button = action.renderedElement
    if (action instanceof ExecuteAction && button) press(button, executed(action))
    const url = action instanceof OpenUrlAction && webUrl(action.url)
    if (url) window.open(url, '_blank', 'noopener,noreferrer')
  }
  card.parse(json)
  const node = el('div', { class: 'adaptive' }, card.render() ?? 'A card that cannot be drawn')
  for (const text of textsIn(node)) text.replaceWith(...withPictures(text.data))
  return node
}

/** @param {import('adaptivecards').ExecuteAction} action */
function executed(action) {
  const inputs = Object.entries(action.getReferencedInputs() ?? {})
  return {
    title: action.title ?? '',
    verb: action.verb,
    inputs: Object.fromEntries(inputs.map(([id, { value }]) => [id, String(value ?? '')])),
  }
}

/**
 * @param {Node} node
 * @returns {Text[]}
 */
function textsIn(node) {
  return node instanceof Text ? [node] : [...node.childNodes].flatMap(textsIn)
}
