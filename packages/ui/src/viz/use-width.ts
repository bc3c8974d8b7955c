import { type RefObject, useLayoutEffect, useState } from 'react'
import { useServices } from '../services.tsx'

/** The content width of an element in CSS pixels; 0 until it is laid out. */
export function useWidth(element: RefObject<Element | null>): number {
  const { sizes } = useServices()
  const [widthPx, setWidthPx] = useState(0)
  useLayoutEffect(
    () => (element.current === null ? undefined : sizes.watch(element.current, setWidthPx)),
    [element, sizes],
  )
  return widthPx
}
