// @ts-check
// Which pane is in view where there is not room for all? The one whose tab was pressed.

/** @param {() => void} onChange */
export function createViews(onChange) {
  const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.switch button')])
  // Wider than that the agent is always in view, and its tab is not there.
  const isOneAtATime = matchMedia('(max-width: 820px)')
  let chosen = 'agent'

  function show() {
    const view = chosen === 'agent' && !isOneAtATime.matches ? 'slack' : chosen
    document.body.dataset.view = view
    for (const tab of tabs) tab.setAttribute('aria-pressed', String(tab.dataset.view === view))
    onChange()
  }

  isOneAtATime.addEventListener('change', show)
  for (const tab of tabs) {
    tab.addEventListener('click', () => {
      chosen = tab.dataset.view ?? chosen
      show()
    })
  }
  show()
}
