// @ts-check
// How is an element made? Every string becomes text or an attribute, never markup.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined | ((event: Event) => void)>} [props] functions listen to
 *   the event of that name; true and false set and leave out an attribute
 * @param {...Child} children
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') node.addEventListener(name, value)
    else if (value === true) node.setAttribute(name, '')
    else if (typeof value === 'string') node.setAttribute(name, value)
  }
  node.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)))
  return node
}

/** @param {string} id */
export function byId(id) {
  const node = document.getElementById(id)
  if (!node) throw new Error(`no element ${id}`)
  return node
}

/**
 * Makes the children of `list` be these items in this order; an item that did not change keeps its element,
 * so that focus, selection and spinners survive.
 * @template T
 * @param {HTMLElement} list
 * @param {T[]} items
 * @param {{ key: (item: T) => string, draw: (item: T) => HTMLElement }} how
 */
export function reconcile(list, items, { key, draw }) {
  const old = new Map(
    [...list.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, child]),
  )
  const wanted = items.map((item) => {
    const name = key(item)
    const looks = JSON.stringify(item)
    const known = /** @type {HTMLElement | undefined} */ (old.get(name))
    if (known && drawnFrom.get(known) === looks) return known
    const node = draw(item)
    node.dataset.key = name
    drawnFrom.set(node, looks)
    if (known) {
      const hadFocus = known.contains(document.activeElement)
      known.replaceWith(node)
      if (hadFocus) node.focus({ preventScroll: true })
    } else if (alreadyDrawn.has(list)) node.classList.add('new')
    return node
  })
  alreadyDrawn.add(list)
  const keep = new Set(/** @type {Element[]} */ (wanted))
  for (const child of [...list.children]) if (!keep.has(child)) child.remove()
  wanted.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null)
  })
}

/** @type {WeakMap<Element, string>} */
const drawnFrom = new WeakMap()

/** What is there when the page opens does not arrive.
 * @type {WeakSet<Element>} */
const alreadyDrawn = new WeakSet()

/**
 * @param {HTMLElement} node
 * @param {string | null} text hidden when there is none
 */
export function say(node, text) {
  node.hidden = text === null
  node.textContent = text ?? ''
}
