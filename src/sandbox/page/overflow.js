// @ts-check
// What else can be pressed? A menu behind three dots, for what is wanted less often.

import { el } from './dom.js'

const GAP_PX = 4

/**
 * @param {Record<string, any>} element Block Kit's overflow menu
 * @param {(button: HTMLElement, value: string) => void} choose
 */
export function drawOverflow(element, choose) {
  const button = el(
    'button',
    {
      type: 'button',
      class: 'button more',
      'data-action-id': element.action_id,
      'aria-label': 'More actions',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      click: open,
    },
    '⋯',
  )

  function open() {
    const menu = el(
      'div',
      { class: 'menu', role: 'menu', popover: 'auto', keydown: move },
      ...element.options.map((/** @type {Record<string, any>} */ option) =>
        el(
          'button',
          {
            type: 'button',
            role: 'menuitem',
            click: () => {
              menu.hidePopover()
              choose(button, option.value)
            },
          },
          option.text.text,
        ),
      ),
    )
    menu.addEventListener('toggle', (event) => {
      const isOpen = /** @type {ToggleEvent} */ (event).newState === 'open'
      button.setAttribute('aria-expanded', String(isOpen))
      if (!isOpen) menu.remove()
    })
    button.after(menu)
    menu.showPopover()
    place(menu, button.getBoundingClientRect())
    const [first] = /** @type {Iterable<HTMLElement>} */ (menu.children)
    first?.focus()
  }

  return button
}

/**
 * Above the button where there is room, as most cards stand at the end.
 * @param {HTMLElement} menu
 * @param {DOMRect} button
 */
function place(menu, button) {
  const { height, width } = menu.getBoundingClientRect()
  const above = button.top - height - GAP_PX
  menu.style.top = `${above >= GAP_PX ? above : button.bottom + GAP_PX}px`
  menu.style.left = `${Math.max(GAP_PX, Math.min(button.left, innerWidth - width - GAP_PX))}px`
}

/** @param {Event} event */
function move(event) {
  const { key, currentTarget } = /** @type {KeyboardEvent} */ (event)
  const step = { ArrowDown: 1, ArrowUp: -1 }[key]
  if (step === undefined) return
  event.preventDefault()
  const items = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (currentTarget).children])
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement))
  items[(at + step + items.length) % items.length]?.focus()
}
