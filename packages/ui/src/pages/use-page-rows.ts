import { type RefObject, useLayoutEffect, useState } from 'react'
import { type RowWindow, useRows } from '../kit/use-rows.ts'

/** The rows of a table that scrolls with the whole page; only those in view exist. */
export function usePageRows(
  body: RefObject<HTMLTableSectionElement | null>,
  options: { count: number; rowPx: number; keyOf: (index: number) => string },
): RowWindow {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const main = scroller()
    if (body.current !== null && main !== null)
      // Where the table stands is known only once it is laid out.
      // oxlint-disable-next-line react-hooks/set-state-in-effect
      setTop(
        body.current.getBoundingClientRect().top -
          main.getBoundingClientRect().top +
          main.scrollTop,
      )
  }, [body])
  return useRows({ ...options, scroller, topPx: top, overscan: 12 })
}

function scroller(): HTMLElement | null {
  return document.getElementById('main')
}
