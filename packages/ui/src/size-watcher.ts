// One ResizeObserver for all charts: one per chart costs a callback each, and they fire in separate frames.

export interface SizeWatcher {
  /**
   * Calls `changed` with the content width, at once and after each change.
   * @param isKnown  the width is known for now: not at once
   */
  watch(element: Element, changed: (widthPx: number) => void, isKnown?: boolean): () => void
}

export function createSizeWatcher(): SizeWatcher {
  const watched = new Map<Element, (widthPx: number) => void>()
  const observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries)
      watched.get(target)?.(Math.floor(contentRect.width))
  })
  return {
    watch(element, changed, isKnown = false) {
      // The observer tells it a frame later: thirty charts would be rendered twice and painted empty in between.
      if (!isKnown) changed(contentWidth(element))
      watched.set(element, changed)
      observer.observe(element)
      return () => {
        watched.delete(element)
        observer.unobserve(element)
      }
    },
  }
}

/** What `contentRect` of the observer is, whole pixels. */
function contentWidth(element: Element): number {
  const { paddingLeft, paddingRight } = getComputedStyle(element)
  return Math.floor(
    element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight),
  )
}
