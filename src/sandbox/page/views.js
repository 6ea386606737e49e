// @ts-check
// Which pane is in view where there is not room for all? The one whose tab was pressed.

/** From which width on a pane is always in view, and its tab is not there.
 * @type {Record<string, MediaQueryList>} */
const ALWAYS = {
  agent: matchMedia('(min-width: 821px)'),
  slack: matchMedia('(min-width: 1101px)'),
  teams: matchMedia('(min-width: 1700px)'),
}

/** @param {() => void} onChange */
export function createViews(onChange) {
  const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.switch button')])
  let chosen = 'agent'

  function show() {
    for (const tab of tabs) tab.hidden = ALWAYS[tab.dataset.view ?? '']?.matches ?? false
    const left = tabs.filter((tab) => !tab.hidden)
    const current = left.find((tab) => tab.dataset.view === chosen) ?? left[0]
    document.body.dataset.view = current?.dataset.view
    for (const tab of tabs) tab.setAttribute('aria-pressed', String(tab === current))
    onChange()
  }

  for (const width of Object.values(ALWAYS)) width.addEventListener('change', show)
  for (const tab of tabs) {
    tab.addEventListener('click', () => {
      chosen = tab.dataset.view ?? chosen
      show()
    })
  }
  show()
}
