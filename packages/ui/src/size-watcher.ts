// One ResizeObserver for all charts: one per chart costs a callback each, and they fire in separate frames.

export interface SizeWatcher {
  /** Calls `changed` with the content width, at once when known and after each change. */
  watch(element: Element, changed: (widthPx: number) => void): () => void
}

export function createSizeWatcher(): SizeWatcher {
  const watched = new Map<Element, (widthPx: number) => void>()
  const observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries)
      watched.get(target)?.(Math.floor(contentRect.width))
  })
  return {
    watch(element, changed) {
      watched.set(element, changed)
      observer.observe(element)
      return () => {
        watched.delete(element)
        observer.unobserve(element)
      }
    },
  }
}
