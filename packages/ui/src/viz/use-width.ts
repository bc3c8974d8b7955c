import { type RefObject, useLayoutEffect, useState } from 'react'
import { useServices } from '../services.tsx'

/**
 * The content width of an element in CSS pixels; 0 until it is laid out.
 * @param firstPx  what it will be when that is known before: the page is not laid out just to find out
 */
export function useWidth(element: RefObject<Element | null>, firstPx = 0): number {
  const { sizes } = useServices()
  const [widthPx, setWidthPx] = useState(firstPx)
  const [isKnown] = useState(firstPx > 0)
  useLayoutEffect(
    () =>
      element.current === null ? undefined : sizes.watch(element.current, setWidthPx, isKnown),
    [element, sizes, isKnown],
  )
  return widthPx
}
