import { type RefObject, useLayoutEffect, useState } from 'react'

const NEAR_PX = 300

/** Whether an element is in the window or will soon be scrolled into it. */
export function useNearWindow(element: RefObject<Element | null>): boolean {
  const [isNear, setIsNear] = useState(false)
  useLayoutEffect(() => {
    if (element.current === null) return undefined
    const { top, bottom } = element.current.getBoundingClientRect()
    // The observer tells it a frame later: until then nothing would be asked.
    // oxlint-disable-next-line react-hooks/set-state-in-effect
    setIsNear(bottom > -NEAR_PX && top < innerHeight + NEAR_PX)
    const observer = new IntersectionObserver(
      (entries) => setIsNear(entries.some(({ isIntersecting }) => isIntersecting)),
      { root: scrollerOf(element.current), rootMargin: `${NEAR_PX}px 0px` },
    )
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return isNear
}

/** What the element scrolls in: the page, or what lies over the whole window. */
function scrollerOf(element: Element): Element | null {
  return element.closest('.panel-editor, .is-kiosk') ?? document.getElementById('main')
}
