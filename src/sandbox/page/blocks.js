// @ts-check
// What do Slack's blocks look like?

import { el } from './dom.js'
import { picture } from './emoji.js'
import { date, link, mrkdwn, webUrl } from './mrkdwn.js'
import { drawOverflow } from './overflow.js'

const FITS_HALF_A_ROW = 40

/**
 * @typedef {Record<string, any>} Block
 * @typedef {object} Surroundings
 * @property {import('./mrkdwn.js').NameOf} nameOf
 * @property {(button: HTMLElement, element: Block, blockId: string, option?: string) => void} press `option`: what was
 *   chosen in a menu
 * @property {(block: Block) => HTMLElement} [drawInput] in a modal
 */

/**
 * @param {Block[]} blocks
 * @param {Surroundings} around
 */
export function drawBlocks(blocks, around) {
  return blocks.map((block) => drawBlock(block, around))
}

/**
 * @param {Block} block
 * @param {Surroundings} around
 * @returns {HTMLElement}
 */
function drawBlock(block, around) {
  switch (block.type) {
    case 'header':
      return el('h4', { class: 'header-block' }, block.text.text)
    case 'divider':
      return el('hr')
    case 'section':
      return el(
        'div',
        { class: block.accessory ? 'section-block beside' : 'section-block' },
        block.text && drawText('div', block.text, around),
        block.fields && drawFields(block.fields, around),
        block.accessory && drawElement(block.accessory, block.block_id, around),
      )
    case 'context':
      return el('div', { class: 'context-block' }, ...block.elements.map(textIn('span', around)))
    case 'actions':
      return el(
        'div',
        { class: 'actions-block' },
        ...block.elements.map((/** @type {Block} */ part) => drawElement(part, block.block_id, around)),
      )
    case 'rich_text':
      return el('div', { class: 'rich-block' }, ...block.elements.map(richIn(around)))
    case 'input':
      return around.drawInput?.(block) ?? notDrawn('p', 'An input block')
    case 'image':
      return el('p', { class: 'not-drawn' }, `Image: ${block.alt_text}`)
    default:
      return notDrawn('p', `A ${block.type} block`)
  }
}

/**
 * @param {Block[]} fields
 * @param {Surroundings} around
 */
function drawFields(fields, around) {
  const cells = fields.map(textIn('div', around))
  for (const cell of cells) cell.classList.toggle('long', (cell.textContent ?? '').length > FITS_HALF_A_ROW)
  return el('div', { class: 'fields' }, ...cells)
}

/** @param {Surroundings} around */
const textIn = (/** @type {string} */ tag, around) => (/** @type {Block} */ text) =>
  drawText(tag, text, around)

/**
 * @param {string} tag
 * @param {Block} text
 * @param {Surroundings} around
 */
function drawText(tag, text, { nameOf }) {
  if (text.type === 'image') return el(tag, {}, text.alt_text)
  return el(tag, {}, ...(text.type === 'mrkdwn' ? mrkdwn(text.text, nameOf) : [text.text]))
}

/**
 * @param {Block} element
 * @param {string} blockId
 * @param {Surroundings} around
 */
function drawElement(element, blockId, { press }) {
  if (element.type === 'overflow') {
    return drawOverflow(element, (button, option) => press(button, element, blockId, option))
  }
  if (element.type !== 'button') return notDrawn('span', `A ${element.type}`)
  const href = webUrl(element.url)
  const button = el(
    href ? 'a' : 'button',
    {
      class: `button ${element.style ?? ''}`.trim(),
      'data-action-id': element.action_id,
      'aria-label': element.accessibility_label,
      ...(href ? { href, target: '_blank', rel: 'noopener noreferrer' } : { type: 'button' }),
      click: () => press(button, element, blockId),
    },
    element.text.text,
  )
  return button
}

/**
 * @param {string} tag
 * @param {string} what
 */
function notDrawn(tag, what) {
  return el(tag, { class: 'not-drawn' }, `${what}, which the sandbox does not draw`)
}

/** @param {Surroundings} around */
const richIn = (around) => (/** @type {Block} */ part) => drawRich(part, around)

/**
 * @param {Block} part
 * @param {Surroundings} around
 * @returns {Node}
 */
function drawRich(part, around) {
  const children = () => part.elements.map(richIn(around))
  switch (part.type) {
    case 'rich_text_section':
      return el('div', {}, ...children())
    case 'rich_text_quote':
      return el('blockquote', {}, ...children())
    case 'rich_text_preformatted':
      return el('pre', {}, ...children())
    case 'rich_text_list':
      return el(
        part.style === 'ordered' ? 'ol' : 'ul',
        {},
        ...part.elements.map((/** @type {Block} */ item) => el('li', {}, drawRich(item, around))),
      )
    case 'text':
      return styled(part.text, part.style ?? {})
    case 'link':
      return link(part.url, part.text ?? part.url)
    case 'emoji':
      return picture(part.name)
    case 'date':
      return date(`!date^${part.timestamp}^${part.format}`, part.fallback)
    case 'user':
      return el('span', { class: 'mention' }, `@${around.nameOf(part.user_id)}`)
    default:
      return el('span', { class: 'not-drawn' }, `[${part.type}]`)
  }
}

/**
 * @param {string} text
 * @param {Record<string, boolean>} style
 */
function styled(text, style) {
  /** @type {Node} */
  let node = document.createTextNode(text)
  if (style.code) node = el('code', {}, node)
  if (style.bold) node = el('strong', {}, node)
  if (style.italic) node = el('em', {}, node)
  if (style.strike) node = el('s', {}, node)
  return node
}
