// @ts-check
// Has the reader come to the end of what is to be decided? Then that is put on record under their key, once.

/** @typedef {import('../../approvals/view.ts').ApprovalView} ApprovalView */
/** @typedef {import('./api.js').Answer<ApprovalView>} Answer */

/** @typedef {ReturnType<typeof createOpening>} Opening */

/** @param {() => Promise<Answer>} say puts it on record */
export function createOpening(say) {
  /** @type {Promise<Answer> | null} */
  let said = null
  let stop = () => {}

  return {
    /** The end was in view. */
    isDone: () => said !== null,

    /** Resolves once it is on record, or was refused; at once where the end was not in view. */
    async recorded() {
      const answer = await said
      if (!answer || 'view' in answer || !isPassing(answer.no)) return
      said = say()
      await said
    },

    /**
     * Instead of what was watched before.
     * @param {HTMLElement} end where it ends
     * @param {HTMLElement} cover what may stand before it
     * @param {() => void} onDone
     */
    watch(end, cover, onDone) {
      stop()
      if (said !== null) return
      stop = onceInView(end, cover, () => {
        said = say()
        onDone()
      })
    },

    end: () => stop(),
  }
}

/** Nothing is wrong with it: the same may be taken next time. @param {import('./api.js').No} no */
function isPassing({ status }) {
  return status === 0 || status === 429 || status >= 500
}

/**
 * @param {HTMLElement} end
 * @param {HTMLElement} cover
 * @param {() => void} act
 */
function onceInView(end, cover, act) {
  /** @type {IntersectionObserver | undefined} */
  let views
  const sizes = new ResizeObserver(() => {
    views?.disconnect()
    // On a phone it stays at the bottom of the window, over whatever is there.
    const covered = getComputedStyle(cover).position === 'sticky' ? cover.offsetHeight : 0
    views = new IntersectionObserver(look, { rootMargin: `0px 0px -${covered}px 0px` })
    views.observe(end)
  })

  /** @param {IntersectionObserverEntry[]} entries */
  function look(entries) {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return
    stop()
    act()
  }

  function stop() {
    views?.disconnect()
    sizes.disconnect()
  }

  sizes.observe(cover)
  return stop
}
